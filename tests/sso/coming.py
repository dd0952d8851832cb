"""A browser that goes the whole way: to the provider, and back."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from ..support.identity_provider import IdentityProvider


def begin(client: Client, **query: str) -> str:
    """Begin at the site; return the address of the provider to which it sends the browser."""
    response = client.get(reverse("sso-begin"), query)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def come(client: Client, provider: IdentityProvider, sub: str = "alice-7", **query: str) -> Any:
    """Sign in at the provider, and return what the site answers then."""
    return client.get(provider.agree(begin(client, **query), sub))
