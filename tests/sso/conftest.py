"""A site that trusts a provider on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from chat.sso import documents

from ..support.identity_provider import IdentityProvider, providing


@pytest.fixture(scope="session")
def running_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    with providing(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def provider(running_provider: IdentityProvider, settings: Settings) -> IdentityProvider:
    """The provider, which tells the truth and knows nobody until the test says otherwise."""
    running_provider.falsify()
    documents.forget()
    settings.SSO_OIDC_ISSUER = running_provider.url
    settings.SSO_OIDC_CLIENT_ID, settings.SSO_OIDC_CLIENT_SECRET = "chatsite", "secret-of-the-client"
    return running_provider


@pytest.fixture
def known_alice(alice: User, provider: IdentityProvider) -> User:
    """A user of the site whose address the provider has verified, so that both become one at the first sign-in."""
    alice.email = "alice@example.com"
    alice.save()
    provider.knows("alice-7", email="alice@example.com", email_verified=True)
    return alice
