"""Signing out here ends the sign-in at the provider, too."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from ..support.identity_provider import IdentityProvider
from .coming import come

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def alice(alice: User, provider: IdentityProvider) -> User:
    alice.email = "alice@example.com"
    alice.save()
    provider.knows("alice-7", email="alice@example.com", email_verified=True)
    return alice


def test_a_page_leads_to_the_provider_once(client: Client, provider: IdentityProvider, alice: User) -> None:
    come(client, provider)

    response = client.post(reverse("logout"), follow=True)

    address = response.context["address"]
    sent = parse_qs(urlsplit(address).query)
    assert response.redirect_chain == [("/accounts/sso/sign-out/", 302)]
    assert address.startswith(f"{provider.url}/oauth2/end_session?")
    assert sent["post_logout_redirect_uri"] == ["http://testserver/accounts/login/"]
    assert jwt.decode(sent["id_token_hint"][0], options={"verify_signature": False})["sub"] == "alice-7"
    assert client.get(reverse("sso-sign-out"))["Location"] == reverse("login")
    assert "_auth_user_id" not in client.session


def test_a_setting_leaves_the_provider_alone(
    client: Client, provider: IdentityProvider, alice: User, settings: Settings
) -> None:
    settings.SSO_OIDC_LOGOUT = False
    come(client, provider)

    assert client.post(reverse("logout"))["Location"] == reverse("login")


def test_after_the_provider_was_taken_out_of_the_settings_signing_out_is_as_without(
    client: Client, provider: IdentityProvider, alice: User, settings: Settings
) -> None:
    come(client, provider)
    settings.SSO_OIDC_ISSUER = ""

    assert client.post(reverse("logout"))["Location"] == reverse("login")


def test_who_came_by_a_password_signs_out_here_alone(client: Client, provider: IdentityProvider, alice: User) -> None:
    client.post(reverse("login"), {"username": "alice", "password": "alice-secret-words"})

    assert client.post(reverse("logout"))["Location"] == reverse("login")
