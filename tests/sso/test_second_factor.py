"""Single sign-on of those who have a second factor here: the provider asks for what the organisation wants."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from chat.accounts.second_factors import lacks_factor_for_token
from chat.models import LoginSession

from ..support.identity_provider import IdentityProvider
from .coming import come

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def alice(alice: User, provider: IdentityProvider, settings: Settings) -> User:
    """Alice, of whom the site requires a second factor, and whom the provider knows."""
    settings.SECOND_FACTOR = "everyone"
    alice.email = "alice@example.com"
    alice.save()
    provider.knows("alice-7", email="alice@example.com", email_verified=True)
    return alice


def test_who_has_a_factor_is_not_asked_for_it(client: Client, provider: IdentityProvider, alice: User) -> None:
    Authenticator.objects.create(user=alice, type="totp", data={"secret": ""})

    come(client, provider)

    assert LoginSession.of(client.session, alice.pk)
    assert client.get("/recordings/").status_code == 200


def test_who_has_none_need_not_set_one_up(client: Client, provider: IdentityProvider, alice: User) -> None:
    other = Client()
    other.force_login(alice)

    come(client, provider)

    assert client.get("/recordings/").status_code == 200
    assert other.get("/recordings/")["Location"] == "/accounts/second-factor/"
    assert not lacks_factor_for_token(alice)
