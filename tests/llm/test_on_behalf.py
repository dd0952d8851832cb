"""Calls of a workspace's model with the user's token or the site's own."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from time import monotonic, time
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from chat.errors import GenerationFailed
from chat.forwarded import Forwarded
from chat.llm import chat_model
from chat.llm.retrying import RetryingModel
from chat.prompts import Message
from chat.upstream import on_behalf

from ..support.clients import KEY
from ..support.upstream import Upstream
from .conftest import load
from .test_workspace import fresh, settings

__all__ = ["fresh", "settings"]

SITE_HEADER = "Bearer canary-oauth-9921"
pytestmark = pytest.mark.usefixtures("connections")


@pytest.fixture(autouse=True)
def on_behalf_of_users(settings: Settings) -> Iterator[None]:
    settings.CHAT_ON_BEHALF_OF = True
    yield
    on_behalf._tokens.clear()


def jwt(seconds: float) -> str:
    """Return a token that expires in so many seconds."""
    payload = base64.urlsafe_b64encode(json.dumps({"exp": time() + seconds}).encode()).decode().rstrip("=")
    return f"e30.{payload}.sig"


async def ask(model: RetryingModel, request: UUID, user: int = 1) -> None:
    on_behalf.use_token(user, request)
    async for _ in model.stream([Message("user", "?")]):
        pass


async def authorization_of(upstream: Upstream, forwarded: Forwarded | None) -> str:
    model, request = await asyncio.to_thread(load), uuid4()
    on_behalf.keep_token(1, request, forwarded)
    await asyncio.create_task(ask(model, request))
    return str(upstream.calls[-1].headers["authorization"])


async def test_a_question_is_sent_with_its_users_token(upstream: Upstream) -> None:
    for token in ("user-token-1", jwt(600)):
        assert await authorization_of(upstream, Forwarded("ana", token=token)) == f"Bearer {token}"


async def test_concurrent_questions_use_their_own_tokens(upstream: Upstream) -> None:
    model, requests = await asyncio.to_thread(load), {f"token-of-{number}": uuid4() for number in range(20)}
    for token, request in requests.items():
        on_behalf.keep_token(1, request, Forwarded("ana", token=token))

    await asyncio.gather(*(asyncio.create_task(ask(model, request)) for request in [*requests.values(), uuid4()]))

    assert {call.headers["authorization"] for call in upstream.calls} == {
        SITE_HEADER,
        *(f"Bearer {token}" for token in requests),
    }


@pytest.mark.parametrize(
    "forwarded",
    [
        None,
        Forwarded("ana"),
        Forwarded("ana", token=jwt(30)),
        Forwarded("ana", token=jwt(-1)),
        Forwarded("ana", token="opaque", received_at=monotonic() - 3600),
    ],
    ids=["none", "no token", "expires soon", "expired", "old"],
)
async def test_without_a_valid_token_the_sites_own_is_used(upstream: Upstream, forwarded: Forwarded | None) -> None:
    assert await authorization_of(upstream, forwarded) == SITE_HEADER


async def test_a_token_is_used_once_and_only_for_its_question(upstream: Upstream) -> None:
    model, request = await asyncio.to_thread(load), uuid4()
    on_behalf.keep_token(1, request, Forwarded("ana", token="user-token-1"))

    for user, name in ((2, request), (1, uuid4()), (1, request), (1, request)):
        await asyncio.create_task(ask(model, name, user))

    assert [call.headers["authorization"] == SITE_HEADER for call in upstream.calls] == [True, True, False, True]


async def test_a_site_that_has_not_enabled_it_stores_no_token(settings: Settings, upstream: Upstream) -> None:
    settings.CHAT_ON_BEHALF_OF = False

    assert await authorization_of(upstream, Forwarded("ana", token="user-token-1")) == SITE_HEADER


async def test_a_refused_token_fails_the_question_and_is_not_shown(upstream: Upstream) -> None:
    upstream.scripts = ["status 403"]

    with pytest.raises(GenerationFailed) as failed:
        await authorization_of(upstream, Forwarded("ana", token="user-token-1"))

    assert len(upstream.calls) == 1
    assert "user-token-1" not in str(failed.value) + repr(Forwarded(token="user-token-1")) + repr(on_behalf._tokens)


async def test_no_other_server_gets_a_users_token(settings: Settings, upstream: Upstream) -> None:
    if not settings.CHAT_MODEL.startswith("openai:"):
        pytest.skip("the Databricks packages call workspaces only")
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = f"{upstream.url}/v1", KEY
    chat_model.cache_clear()

    assert await authorization_of(upstream, Forwarded("ana", token="user-token-1")) == f"Bearer {KEY}"


def test_unused_tokens_are_dropped_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_behalf, "TOKEN_LIMIT", 3)
    for value in (jwt(1), "b", "c", "d", "e"):
        on_behalf.keep_token(1, uuid4(), Forwarded("ana", token=value))

    assert [token.value for token in on_behalf._tokens.values()] == ["c", "d", "e"]
