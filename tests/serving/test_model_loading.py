from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured

from chat.llm import chat_model
from chat.serving import model_loading
from chat.serving.model_loading import ModelLoading
from chat.upstream.credentials import SignInFailed


@pytest.fixture(autouse=True)
def unloaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(model_loading, "RETRY_SECONDS", 0)
    chat_model.cache_clear()
    yield
    chat_model.cache_clear()


def failing(monkeypatch: pytest.MonkeyPatch, *errors: Exception) -> None:
    """Let the first attempts to load the model fail with these errors."""
    left = list(errors)
    loaded = model_loading.loaded_model  # type: ignore[attr-defined]  # the name that the module uses

    async def load() -> object:
        if left:
            raise left.pop(0)
        return await loaded()

    monkeypatch.setattr(model_loading, "loaded_model", load)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ConnectionError("refused"), "unavailable"),
        (SignInFailed("Cannot sign in to the workspace of DATABRICKS_HOST"), "unavailable"),
        (ImproperlyConfigured("CHAT_MODEL needs a name"), "failed"),
    ],
)
async def test_the_state_tells_an_outage_from_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, error: Exception, state: str
) -> None:
    failing(monkeypatch, error)
    loading = ModelLoading()
    before = loading.state

    assert not await loading.attempt()

    assert (before, loading.state) == ("warming", state)


async def test_it_tries_until_the_model_is_loaded_and_logs_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing(monkeypatch, *[ConnectionError("refused")] * 3)
    loading = ModelLoading()

    async with asyncio.timeout(10):
        await loading.keep_trying()

    assert loading.state == "ok"
    [record] = caplog.records
    assert "CHAT_MODEL" in record.getMessage()
    assert "refused" in record.getMessage()
    assert record.exc_info is None
