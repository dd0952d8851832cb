"""What a falsified, stale or foreign sign-in gets: a page of ours that says why, and no session."""

from __future__ import annotations

import time
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from chat.models import AccessEvent, Kind
from chat.sso import documents, refusals

from ..support.identity_provider import IdentityProvider
from .coming import begin, come

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files", "known_alice")]


def assert_refused(client: Client, response: Any, reason: str) -> None:
    """Assert that a page of ours says why, that it reveals nothing, and that nobody is signed in."""
    page = response.content.decode()
    assert 400 <= response.status_code < 500
    assert "You are not signed in" in page
    assert reason.replace("'", "&#x27;") in page
    assert "canary" not in page
    assert "_auth_user_id" not in client.session


def _after(seconds: int) -> dict[str, int]:
    return {"iat": int(time.time()) + seconds, "exp": int(time.time()) + seconds + 60}


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://canary.example.com"}, refusals.WRONG_ISSUER),
        ({"aud": "canary"}, refusals.WRONG_AUDIENCE),
        ({"aud": ["chatsite", "canary"], "azp": "canary"}, refusals.WRONG_AUDIENCE),
        ({"nonce": "canary"}, refusals.WRONG_NONCE),
        (_after(-3600), refusals.WRONG_TIME),
        (_after(3600), refusals.WRONG_TIME),
        ({"sub": "canary"}, refusals.WRONG_TOKEN),
    ],
)
def test_a_falsified_identity_is_refused(
    client: Client, provider: IdentityProvider, claims: dict[str, Any], reason: str
) -> None:
    provider.falsify(claims=claims)

    assert_refused(client, come(client, provider), reason)


@pytest.mark.parametrize("missing", ["exp", "iat", "nonce", "aud"])
def test_an_identity_that_lacks_a_part_is_refused(client: Client, provider: IdentityProvider, missing: str) -> None:
    provider.falsify(without=[missing])

    assert_refused(client, come(client, provider), "The provider's answer")


def test_an_identity_that_somebody_else_has_signed_is_refused(client: Client, provider: IdentityProvider) -> None:
    provider.falsify(key="foreign")

    assert_refused(client, come(client, provider), refusals.WRONG_TOKEN)


def test_another_provider_than_the_trusted_one_is_refused(client: Client, provider: IdentityProvider) -> None:
    provider.falsify(configuration={"issuer": "https://canary.example.com"})

    assert_refused(client, client.get(reverse("sso-begin")), refusals.WRONG_ISSUER)


def test_an_answer_that_names_another_provider_is_refused(client: Client, provider: IdentityProvider) -> None:
    back = provider.agree(begin(client), "alice-7")

    assert_refused(client, client.get(f"{back}&{urlencode({'iss': 'https://canary'})}"), refusals.WRONG_ISSUER)


def test_a_sign_in_is_finished_once(client: Client, provider: IdentityProvider) -> None:
    back = provider.agree(begin(client), "alice-7")
    client.get(back)
    client.logout()

    assert_refused(client, client.get(back), refusals.UNKNOWN_STATE)


def test_a_code_of_another_sign_in_is_refused_by_its_challenge(client: Client, provider: IdentityProvider) -> None:
    code = provider.agree(begin(Client()), "alice-7").partition("code=")[2].partition("&")[0]
    own = provider.agree(begin(client), "bob-8")
    state = own.partition("state=")[2].partition("&")[0]

    response = client.get(reverse("sso-callback"), {"code": code, "state": state})

    assert_refused(client, response, refusals.NOT_ACCEPTED)


@pytest.mark.parametrize("state", ["", "canary"])
def test_an_answer_that_was_not_asked_for_is_refused(client: Client, provider: IdentityProvider, state: str) -> None:
    begin(client)

    assert_refused(
        client, client.get(reverse("sso-callback"), {"code": "canary", "state": state}), refusals.UNKNOWN_STATE
    )


def test_an_answer_in_another_browser_is_refused(client: Client, provider: IdentityProvider) -> None:
    back = provider.agree(begin(Client()), "alice-7")

    assert_refused(client, client.get(back), refusals.UNKNOWN_STATE)


@pytest.mark.parametrize("target", ["https://canary.example.com/", "//canary.example.com", "javascript:canary"])
def test_a_way_back_to_another_site_is_refused(client: Client, provider: IdentityProvider, target: str) -> None:
    assert_refused(client, client.get(reverse("sso-begin"), {"next": target}), refusals.ELSEWHERE)


def test_who_gives_up_at_the_provider_reads_that(client: Client, provider: IdentityProvider) -> None:
    begin_at = begin(client)
    state = begin_at.partition("state=")[2].partition("&")[0]

    response = client.get(
        reverse("sso-callback"), {"error": "access_denied", "error_description": "canary", "state": state}
    )

    assert_refused(client, response, refusals.CANCELLED)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email": "alice@example.com"}, refusals.NO_ADDRESS),
        ({"email": "alice@example.com", "email_verified": False}, refusals.NO_ADDRESS),
        ({"email": "alice@example.com", "email_verified": "false"}, refusals.NO_ADDRESS),
        ({"email_verified": True}, refusals.NO_ADDRESS),
        ({"email": "canary@example.com", "email_verified": True}, refusals.NOT_INVITED),
    ],
)
def test_only_a_verified_address_finds_an_account(
    client: Client, provider: IdentityProvider, claims: dict[str, object], reason: str
) -> None:
    provider.knows("alice-7", **claims)

    assert_refused(client, come(client, provider), reason)


def test_an_account_is_not_given_to_a_second_identity(client: Client, provider: IdentityProvider) -> None:
    come(Client(), provider)
    provider.knows("alice-8", email="alice@example.com", email_verified=True)

    assert_refused(client, come(client, provider, "alice-8"), refusals.OTHER_IDENTITY)


def test_an_account_whose_identity_was_forgotten_is_given_to_the_next(
    client: Client, provider: IdentityProvider, alice: User
) -> None:
    come(client, provider)
    provider.knows("alice-8", email="alice@example.com", email_verified=True)
    assert come(Client(), provider, "alice-8").status_code == 403

    call_command("forget_identity", "alice", stdout=(said := StringIO()))

    assert said.getvalue() == "1 identity was forgotten.\n"
    assert come(Client(), provider, "alice-8").status_code == 302
    assert AccessEvent.objects.filter(kind=Kind.SIGN_IN_UNLINKED).get().how == "program"


def test_an_address_that_only_looks_the_same_finds_no_account(
    client: Client, provider: IdentityProvider, alice: User
) -> None:
    provider.knows("other-1", email="al\u0131ce@example.com", email_verified=True)

    assert come(client, provider, "other-1").status_code == 403


def test_of_two_accounts_with_one_address_none_is_chosen(client: Client, provider: IdentityProvider, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(email="ALICE@example.com")

    assert_refused(client, come(client, provider), refusals.SEVERAL_ACCOUNTS)


@pytest.mark.parametrize("is_linked", [True, False])
def test_who_was_deactivated_is_refused_in_words(
    client: Client, provider: IdentityProvider, alice: User, is_linked: bool
) -> None:
    if is_linked:
        come(Client(), provider)
    alice.is_active = False
    alice.save()

    assert_refused(client, come(client, provider), refusals.INACTIVE)


def test_too_many_failures_from_an_address_stop_passwords_and_single_sign_on(
    client: Client, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.models.sign_in_attempt.ADDRESS_ATTEMPTS", 3)
    for number in range(3):
        client.get(reverse("sso-callback"), {"code": "x", "state": str(number)})

    assert_refused(client, come(client, provider), "Too many attempts.")
    signing_in = client.post(reverse("login"), {"username": "alice", "password": "alice-secret-words"})
    assert signing_in.status_code == 429


@pytest.mark.parametrize("address", [None, "ftp://canary.example.com", "http://127.0.0.1:1/canary"])
def test_a_provider_that_does_not_answer_as_it_should_is_named(
    client: Client, provider: IdentityProvider, address: str | None
) -> None:
    back = provider.agree(begin(client), "alice-7")
    provider.falsify(configuration={"jwks_uri": address})
    documents.forget()

    response = client.get(back)

    assert response.status_code == 502
    assert refusals.UNREACHABLE in response.content.decode()
