"""What ``openai:`` sends, beside what LangChain would send with the same settings."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from itertools import product
from typing import Any

import pytest
from pytest_django import Settings

from chat.llm import openai
from chat.prompts import Message

from ..support.clients import KEY, clients
from ..support.upstream import Upstream
from ..support.upstream_script import Call

pytestmark = [
    pytest.mark.usefixtures("connections"),
    pytest.mark.skipif("openai" not in clients(), reason="langchain-openai is not installed"),
]
NAMES = ("gpt-5-mini", "gpt-4o", "o1", "O1-mini", "o3-mini", "o4-mini-high", "omega", "org/o3-model", "llama 3", "fake")
CONVERSATIONS = (
    [Message("user", "When?")],
    [Message("system", "Quote.\n{braces} {{and}} %s"), Message("user", "„Wann?“ \U0001f600 <b>\x00")],
    [
        Message("system", "Quote."),
        Message("user", ""),
        Message("assistant", "It said [1]."),
        Message("system", "Passages: []"),
        Message("user", "Who?\t"),
    ],
)
OWN = ("x-stainless-async", "x-stainless-raw-response", "connection", "host", "content-length")
"""Headers that differ by the client and by the port, not by what is asked."""


@pytest.mark.parametrize(("name", "tokens", "is_openai"), list(product(NAMES, (0, 1, 4_096), (True, False))))
def test_the_payload_is_that_of_langchain(name: str, tokens: int, is_openai: bool, settings: Settings) -> None:
    from chat.llm import openai_langchain

    settings.CHAT_ANSWER_TOKENS = tokens
    model = openai_langchain.langchain_model(name, "http://127.0.0.1:9/v1", KEY, is_openai=is_openai)

    for messages in CONVERSATIONS:
        payload = openai.payload_of(name, messages, is_openai=is_openai)
        assert payload == openai_langchain.payload_of(model, messages)


async def sent(upstream: Upstream, settings: Settings, reader: str, name: str = "o3-mini") -> Call:
    settings.CHAT_READER = reader
    model = await asyncio.to_thread(openai.provide, name)
    async for _ in model.stream(CONVERSATIONS[-1]):
        pass
    return upstream.calls[-1]


def of_the_request(call: Call) -> dict[str, Any]:
    """Return the headers that the SDK makes."""
    return {name: value for name, value in call.headers.items() if name not in OWN}


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OPENAI_ORG_ID": "org-1"},
        {"OPENAI_ORGANIZATION": "org-2"},
        {"OPENAI_ORG_ID": "org-1", "OPENAI_ORGANIZATION": "org-2", "OPENAI_PROJECT_ID": "proj-1"},
        {"OPENAI_API_BASE": "http://127.0.0.1:9/v1", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"},
        {"LANGSMITH_GATEWAY_API_KEY": "lsv2", "OPENAI_API_KEY": "sk-another"},
    ],
)
@pytest.mark.parametrize("key", [KEY, ""])
@pytest.mark.parametrize("is_openai", [True, False])
async def test_the_request_is_that_of_langchain(
    environ: dict[str, str],
    key: str,
    is_openai: bool,
    upstream: Upstream,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = key, f"{upstream.url}/v1"
    if is_openai:
        monkeypatch.setattr(openai, "OPENAI_URL", settings.OPENAI_BASE_URL)
    upstream.scripts = ["tokens 1; finish; done"]

    ours, langchains = [await sent(upstream, settings, reader) for reader in ("aiohttp", "library")]

    assert (ours.path, ours.body) == (langchains.path, langchains.body)
    assert of_the_request(ours) == of_the_request(langchains)


@pytest.mark.process
def test_langchain_is_not_imported_for_it() -> None:
    command = "import sys, django; django.setup(); from chat.llm import chat_model; chat_model(); print(*sys.modules)"
    environ = {"DJANGO_SETTINGS_MODULE": "chatsite.settings", "CHAT_MODEL": "openai:none", "OPENAI_API_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "-c", command], env=os.environ | environ, stdout=subprocess.PIPE, text=True, check=True
    )

    assert not {"langchain_core", "langchain_openai", "tiktoken", "numpy"} & set(done.stdout.split())
