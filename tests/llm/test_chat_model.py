"""Selecting and loading a site's chat model."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from langchain_core.language_models import FakeListChatModel
from pytest_django import Settings

from chat.llm import ChatModel, Delta, chat_model, loaded_model
from chat.prompts import Message
from chat.upstream.breaker import FAILURES


class Mine:
    name = "mine"

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        yield Delta("word", "stop")


def mine() -> ChatModel:
    return Mine()


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    chat_model.cache_clear()
    yield
    chat_model.cache_clear()


def test_a_python_function_can_provide_the_model(settings: Settings) -> None:
    settings.CHAT_MODEL = "python:tests.llm.test_chat_model:mine"

    assert chat_model().name == "mine"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("oracle:delphi", "oracle|delphi"),
        ("python:nowhere:model", "nowhere"),
        ("databricks-legacy:endpoint", "databricks-legacy"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_named_in_the_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, value: str, message: str
) -> None:
    monkeypatch.setitem(sys.modules, "chat.llm.databricks_legacy", None)  # not installed
    settings.CHAT_MODEL = value

    with pytest.raises(ImproperlyConfigured, match=message):
        chat_model()


async def test_concurrent_callers_load_the_model_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHAT_MODEL = "python:tests.llm.test_chat_model:mine"
    made: list[Mine] = []

    def make() -> ChatModel:
        made.append(Mine())
        return made[-1]

    monkeypatch.setattr(f"{__name__}.mine", make)

    models = await asyncio.gather(*(loaded_model() for _ in range(20)))

    assert len(made) == 1
    assert len(set(map(id, models))) == 1


async def test_a_model_that_is_loaded_waits_for_no_thread(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHAT_MODEL = "python:tests.llm.test_chat_model:mine"
    loaded = chat_model()
    with ThreadPoolExecutor(max_workers=1) as threads:
        threads.shutdown()
        monkeypatch.setattr("chat.llm._loading", threads)

        assert await loaded_model() is loaded


@pytest.mark.parametrize(("is_enabled", "variable"), [(False, "false"), (True, "true")])
def test_langsmith_gets_traces_only_if_the_site_enables_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, is_enabled: bool, variable: str
) -> None:
    for name in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, "true")
    settings.CHAT_LANGSMITH = is_enabled

    chat_model()

    assert os.environ["LANGSMITH_TRACING"] == os.environ["LANGCHAIN_TRACING_V2"] == variable


@pytest.mark.django_db(transaction=True)
@pytest.mark.any_database
def test_readyz_reports_an_unavailable_model_and_stays_200(client: Client) -> None:
    for _ in range(FAILURES):
        chat_model().breaker.failed()

    response = client.get("/readyz")

    assert (response.status_code, response.json()["model"]) == (200, "unavailable")


async def test_any_other_langchain_provider_is_created_without_retries(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    created: dict[str, object] = {}

    def init(name: str, **options: object) -> FakeListChatModel:
        created.update(options, name=name)
        return FakeListChatModel(responses=["Yes."])

    langchain = ModuleType("langchain.chat_models")
    monkeypatch.setattr(langchain, "init_chat_model", init, raising=False)
    monkeypatch.setitem(sys.modules, "langchain.chat_models", langchain)
    monkeypatch.delitem(sys.modules, "chat.llm.any_provider", raising=False)
    monkeypatch.setattr("chat.llm.find_spec", lambda name: name == "langchain")
    settings.CHAT_MODEL, settings.CHAT_ANSWER_TOKENS = "anthropic:claude", 100

    model = await loaded_model()

    assert (model.name, created["name"]) == ("claude", "anthropic:claude")
    assert (created["max_retries"], created["max_tokens"]) == (0, 100)
    assert [delta.text async for delta in model.stream([Message("user", "?")])]
