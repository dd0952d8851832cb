"""The configuration and the keys of the provider are fetched once for some minutes, and anew when that is needed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from chat.sso import documents, refusals

from ..support.identity_provider import IdentityProvider
from .coming import begin, come

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files", "known_alice")]

DOCUMENTS = ["/.well-known/openid-configuration", "/jwks"]


def fetched(provider: IdentityProvider) -> list[str]:
    return [path for path in provider.asked() if path in DOCUMENTS]


def test_they_are_fetched_at_the_first_of_several_sign_ins(provider: IdentityProvider) -> None:
    responses = [come(Client(), provider) for _ in range(3)]

    assert [response.status_code for response in responses] == [302, 302, 302]
    assert fetched(provider) == DOCUMENTS


@pytest.mark.parametrize(("cache", "after"), [("max-age=60", 60), ("private, max-age=86400", 600), ("public", 600)])
def test_they_are_fetched_again_when_the_provider_says_so_and_after_ten_minutes_at_the_latest(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch, cache: str, after: int
) -> None:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(documents, "time", SimpleNamespace(monotonic=lambda: clock.now))
    provider.falsify(cache=cache)

    come(Client(), provider)
    clock.now += after - 1
    come(Client(), provider)
    before = fetched(provider)
    clock.now += 1
    come(Client(), provider)

    assert (before, fetched(provider)) == (DOCUMENTS, DOCUMENTS * 2)


def test_a_provider_that_wants_nothing_kept_is_asked_each_time(provider: IdentityProvider) -> None:
    provider.falsify(cache="no-cache, no-store")

    come(Client(), provider)

    assert fetched(provider) == [DOCUMENTS[0], *DOCUMENTS]


def test_a_new_key_of_the_provider_counts_at_once(client: Client, provider: IdentityProvider) -> None:
    come(Client(), provider)
    provider.falsify(key="rotated")

    assert come(client, provider).status_code == 302
    assert fetched(provider) == ["/jwks"]


def test_a_wrong_configuration_is_not_kept(client: Client, provider: IdentityProvider) -> None:
    provider.falsify(configuration={"issuer": "https://canary.example.com"})
    come_in = client.get("/accounts/sso/")
    provider.falsify()

    assert come_in.status_code == 403
    assert come(client, provider).status_code == 302


def test_a_provider_that_went_away_meanwhile_is_named(client: Client, provider: IdentityProvider) -> None:
    provider.falsify(configuration={"token_endpoint": "http://127.0.0.1:1/canary"})

    response = client.get(provider.agree(begin(client), "alice-7"))

    assert response.status_code == 502
    assert refusals.UNREACHABLE in response.content.decode()
    assert "canary" not in response.content.decode()
