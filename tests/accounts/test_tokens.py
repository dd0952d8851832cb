"""API tokens: issued, shown once, used, revoked."""

from __future__ import annotations

import getpass
import re
from datetime import timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone

from chat.accounts.login_sessions import end_login_sessions
from chat.models import TOKEN_LIMIT, ApiToken, InvalidRequest, LoginSession
from chat.models.secret import digest_of
from chat.upkeep import purge

from ..support.asked import asked

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.usefixtures("static_files")]

PAGE = "/accounts/tokens/"
MD5 = "django.contrib.auth.hashers.MD5PasswordHasher"


def text(response: Any) -> str:
    return str(response.content.decode())


def shown_secret(response: Any) -> str:
    [secret] = re.findall(r'value="(chatsite_[^"]+)"', text(response))
    return str(secret)


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    """The browser of alice."""
    client.force_login(alice)
    return client


# What a token is


def test_a_token_has_256_random_bits_and_a_recognisable_prefix(alice: User) -> None:
    secrets = {ApiToken.issue(alice, name)[1] for name in ("one", "two")}

    assert len(secrets) == 2
    assert all(re.fullmatch(r"chatsite_[\w-]{43}", secret) for secret in secrets)


def test_only_the_digest_of_a_token_is_stored(alice: User) -> None:
    token, secret = ApiToken.issue(alice, "reports")

    assert token.digest == digest_of(secret)
    assert secret not in str([*ApiToken.objects.values(), *LoginSession.objects.values()])


def test_a_token_is_a_login_of_its_user(alice: User) -> None:
    token, secret = ApiToken.issue(alice, "reports")

    login = ApiToken.login(digest_of(secret))

    assert login == token.login_session
    assert login.user == alice


@pytest.mark.parametrize("secret", ["", "chatsite_", "chatsite_" + "a" * 43, "x" * 10_000, "\udcff"])
def test_an_unknown_secret_has_no_login(alice: User, secret: str) -> None:
    ApiToken.issue(alice, "reports")

    assert ApiToken.login(digest_of(secret)) is None


def test_the_tokens_of_a_deactivated_user_do_not_work(alice: User) -> None:
    _, secret = ApiToken.issue(alice, "reports")

    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert ApiToken.login(digest_of(secret)) is None


def test_signing_out_everywhere_revokes_all_tokens(alice: User) -> None:
    _, secret = ApiToken.issue(alice, "reports")

    end_login_sessions(alice)

    assert ApiToken.login(digest_of(secret)) is None


def test_the_last_use_is_stored_to_the_minute(alice: User) -> None:
    token, secret = ApiToken.issue(alice, "reports")
    ApiToken.login(digest_of(secret))
    token.refresh_from_db()
    first = token.last_used_at

    ApiToken.login(digest_of(secret))
    token.refresh_from_db()
    assert first == token.last_used_at
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    ApiToken.login(digest_of(secret))

    token.refresh_from_db()
    assert first
    assert token.last_used_at
    assert token.last_used_at >= first


def test_the_limit_of_tokens_does_not_count_revoked_ones(alice: User, bob: User) -> None:
    tokens = [ApiToken.issue(alice, str(number))[0] for number in range(TOKEN_LIMIT)]
    with pytest.raises(InvalidRequest, match="10 tokens"):
        ApiToken.issue(alice, "one more")

    tokens[0].login_session.end()

    assert ApiToken.issue(alice, "one more")
    assert ApiToken.issue(bob, "his first")


# The page


def test_the_page_says_when_there_are_no_tokens(page: Client) -> None:
    assert "You have no tokens." in text(page.get(PAGE))


def test_the_account_page_links_to_the_page(page: Client) -> None:
    assert f'href="{PAGE}"' in text(page.get("/accounts/"))


def test_a_token_is_shown_once(page: Client, alice: User) -> None:
    response = page.post(PAGE, {"name": "reports"})
    assert 'data-copy-field="secret"' in text(response)
    secret = shown_secret(response)

    later = page.get(PAGE)

    assert response["Cache-Control"] == "no-store"
    assert ApiToken.login(digest_of(secret))
    assert "reports" in text(later)
    assert "chatsite_" not in text(later)


@pytest.mark.parametrize(
    ("name", "error"),
    [("", "Please give the token a name."), ("  ", "give the token a name"), ("x" * 61, "at most 60 characters"),
     ("reports", "already have a token with this name"), ("a\0b", "Null characters")],
)  # fmt: skip
def test_an_invalid_name_is_refused_and_stays_in_the_form(page: Client, alice: User, name: str, error: str) -> None:
    ApiToken.issue(alice, "reports")

    response = page.post(PAGE, {"name": name})

    assert response.status_code == 400
    assert error in text(response)
    assert 'aria-invalid="true"' in text(response)
    assert ApiToken.objects.count() == 1


def test_at_the_limit_there_is_no_form(page: Client, alice: User) -> None:
    for number in range(TOKEN_LIMIT):
        ApiToken.issue(alice, str(number))

    assert "which is the maximum" in text(page.get(PAGE))
    assert "which is the maximum" in text(page.post(PAGE, {"name": "one more"}))
    assert ApiToken.objects.count() == TOKEN_LIMIT


def test_revoking_a_token_ends_its_turns(page: Client, alice: User) -> None:
    token, secret = ApiToken.issue(alice, "reports")
    streaming, queued = (asked(token.login_session, state=state) for state in ("streaming", "queued"))

    response = page.post(f"{PAGE}{token.login_session.uuid}/revoke/", follow=True)

    streaming.refresh_from_db()
    queued.refresh_from_db()
    assert "The token “reports” was revoked." in text(response)
    assert ApiToken.login(digest_of(secret)) is None
    assert (bool(streaming.stop_requested_at), queued.state) == (True, "cancelled")


def test_a_token_does_not_sign_in_to_the_pages(client: Client, alice: User) -> None:
    _, secret = ApiToken.issue(alice, "reports")

    assert client.get("/", headers={"authorization": f"Bearer {secret}"}).status_code == 302


def test_a_new_password_revokes_all_tokens(page: Client, alice: User) -> None:
    _, secret = ApiToken.issue(alice, "reports")
    new = {"new_password1": "quite-another-word", "new_password2": "quite-another-word"}

    response = page.post("/accounts/password/", {"old_password": "alice-secret-words", **new}, follow=True)

    assert "API tokens revoked" in text(response)
    assert ApiToken.login(digest_of(secret)) is None


def test_changing_the_password_in_a_terminal_revokes_all_tokens(alice: User) -> None:
    _, secret = ApiToken.issue(alice, "reports")

    with patch.object(getpass, "getpass", lambda prompt: "quite-another-word"):
        call_command("changepassword", "alice", stdout=StringIO())

    assert ApiToken.login(digest_of(secret)) is None


def test_renewing_the_hash_of_a_password_revokes_no_token(alice: User) -> None:
    _, secret = ApiToken.issue(alice, "reports")

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher", MD5]):
        assert alice.check_password("alice-secret-words")

    assert User.objects.get(pk=alice.pk).password.startswith("pbkdf2")
    assert ApiToken.login(digest_of(secret)) is not None


# The admin


ADMIN = "/admin/chat/apitoken/"


def test_staff_see_names_but_neither_secrets_nor_digests(review: Client, alice: User) -> None:
    token, secret = ApiToken.issue(alice, "reports")

    seen = text(review.get(ADMIN)) + text(review.get(f"{ADMIN}{token.pk}/change/"))

    assert "reports" in seen
    assert "alice" in seen
    assert secret not in seen
    assert token.digest not in seen


def test_staff_may_only_revoke_tokens(review: Client, alice: User) -> None:
    token, secret = ApiToken.issue(alice, "reports")

    assert review.get(f"{ADMIN}add/").status_code == 403
    assert review.post(f"{ADMIN}{token.pk}/change/", {"name": "mine"}).status_code == 403
    assert review.post(f"{ADMIN}{token.pk}/delete/", {"post": "yes"}).status_code == 403
    response = review.post(ADMIN, {"action": "revoke", "_selected_action": [token.pk]}, follow=True)

    assert "One token was revoked." in text(response)
    assert ApiToken.login(digest_of(secret)) is None


def test_users_who_are_not_staff_see_no_tokens_of_others(page: Client, bob: User) -> None:
    ApiToken.issue(bob, "his own")

    assert page.get(ADMIN).status_code == 302
    assert "his own" not in text(page.get(PAGE))


def test_deleting_a_user_deletes_their_tokens(client: Client, admin_user: User, alice: User) -> None:
    ApiToken.issue(alice, "reports")
    client.force_login(admin_user)

    client.post(f"/admin/auth/user/{alice.pk}/delete/", {"post": "yes"})

    assert not ApiToken.objects.exists()


# The purge


def test_the_purge_keeps_valid_tokens_and_removes_revoked_ones(alice: User) -> None:
    kept, secret = ApiToken.issue(alice, "kept")
    revoked, _ = ApiToken.issue(alice, "revoked")
    revoked.login_session.end()
    LoginSession.objects.update(created_at=timezone.now() - timedelta(days=400))

    assert purge.purge().login_sessions == 1

    assert list(ApiToken.objects.all()) == [kept]
    assert ApiToken.login(digest_of(secret))
