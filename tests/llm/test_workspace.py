"""Sign-in to a Databricks workspace, with each client that supports it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from chat.llm import chat_model
from chat.prompts import Message

from ..support.clients import clients
from ..support.upstream import Upstream
from .conftest import load

SECRET = "canary-of-the-secret-4410"

pytestmark = pytest.mark.usefixtures("connections")


@pytest.fixture(params=clients())
def settings(request: pytest.FixtureRequest, settings: Settings, upstream: Upstream) -> Settings:
    """Settings with a service principal; the OpenAI client uses the workspace's OpenAI-compatible path."""
    settings.CHAT_MODEL = f"{request.param}:endpoint"
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = "databricks", ""
    settings.DATABRICKS_HOST, settings.DATABRICKS_TOKEN = upstream.url, ""
    settings.DATABRICKS_CLIENT_ID, settings.DATABRICKS_CLIENT_SECRET = "principal", SECRET
    return settings


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    chat_model.cache_clear()
    yield
    chat_model.cache_clear()


@pytest.mark.usefixtures("settings")
async def test_a_service_principal_gets_one_token_and_calls_with_it(upstream: Upstream) -> None:
    model = await asyncio.to_thread(load)

    answers = ["".join([delta.text async for delta in model.stream([Message("user", "?")])]) for _ in range(2)]

    assert answers[0] == answers[1] != ""
    assert {call.headers["authorization"] for call in upstream.calls} == {"Bearer canary-oauth-9921"}
    assert [call.path for call in upstream.other_requests].count("/oidc/v1/token") == 1
    assert all(call.path.startswith("/serving-endpoints/") for call in upstream.calls)


async def test_without_credentials_the_error_does_not_show_the_secret(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATABRICKS_CLIENT_ID = ""
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", "/dev/null")

    with pytest.raises(ImproperlyConfigured, match="DATABRICKS_HOST") as failed:
        await asyncio.to_thread(load)

    assert SECRET not in str(failed.value)
