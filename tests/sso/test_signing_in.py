"""Signing in with an identity of a real provider: whom it signs in, and what it leaves."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from chat.models import AccessEvent, Kind, LoginSession

from ..support.identity_provider import IdentityProvider
from .coming import begin, come

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def alice(alice: User, provider: IdentityProvider) -> User:
    """Alice, with an address that the provider has verified."""
    alice.email = "alice@example.com"
    alice.save()
    provider.knows("alice-7", email="Alice@example.com", email_verified=True)
    return alice


def test_an_account_with_the_verified_address_is_linked_and_signed_in(
    client: Client, provider: IdentityProvider, alice: User
) -> None:
    response = come(client, provider)

    assert response.status_code == 302
    assert response["Location"] == reverse("chat:home")
    assert LoginSession.of(client.session, alice.pk)
    linked = SocialAccount.objects.get(user=alice)
    assert (linked.provider, linked.uid, linked.extra_data) == (
        provider.url, "alice-7", {"email": "Alice@example.com"}
    )  # fmt: skip
    assert not SocialToken.objects.exists()
    event = AccessEvent.objects.get(kind=Kind.SIGN_IN_LINKED)
    assert (event.member_id, event.how) == (alice.pk, "sso")


def test_a_linked_identity_is_signed_in_whatever_its_address_is_now(
    client: Client, provider: IdentityProvider, alice: User
) -> None:
    come(Client(), provider)
    provider.knows("alice-7", email="other@example.com")

    assert come(client, provider)["Location"] == reverse("chat:home")
    assert LoginSession.of(client.session, alice.pk)


def test_the_browser_goes_to_the_provider_with_a_nonce_and_a_challenge(
    client: Client, provider: IdentityProvider
) -> None:
    sent = parse_qs(urlsplit(begin(client, scope="admin", auth_params="prompt=none&client_id=x")).query)

    assert sent["code_challenge_method"] == ["S256"]
    assert len(sent["nonce"][0]) == 64
    assert sent["client_id"] == ["chatsite"]
    assert sent["redirect_uri"] == ["http://testserver/accounts/sso/callback/"]
    assert sorted(sent["scope"][0].split()) == ["email", "openid", "profile"]
    assert "prompt" not in sent


def test_the_sign_in_page_leads_there_and_back_again(client: Client, provider: IdentityProvider, alice: User) -> None:
    page = client.get(reverse("login"), {"next": "/search/"}).content.decode()

    assert 'href="/accounts/sso/?next=%2Fsearch%2F"' in page
    assert come(client, provider, next="/search/")["Location"] == "/search/"


def test_who_is_signed_in_already_goes_on(client: Client, provider: IdentityProvider, alice: User) -> None:
    client.force_login(alice)

    assert client.get(reverse("sso-begin"))["Location"] == reverse("chat:home")


def test_without_a_provider_there_is_no_such_page(client: Client) -> None:
    assert [client.get(reverse(name)).status_code for name in ("sso-begin", "sso-callback")] == [404, 404]
    assert "/accounts/sso/" not in client.get(reverse("login")).content.decode()
