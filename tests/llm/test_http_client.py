"""The HTTP client beneath the OpenAI SDK: proxies and certificate authorities, with each of ``CHAT_READER``."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
import trustme
from pytest_django import Settings

from chat.errors import ModelBusy
from chat.llm import chat_model
from chat.llm.openai import provide
from chat.prompts import Message

from ..support.clients import KEY, clients
from ..support.upstream import Upstream

pytestmark = [
    pytest.mark.usefixtures("connections"),
    pytest.mark.skipif("openai" not in clients(), reason="langchain-openai is not installed"),
]
ANSWER = "tokens 1; finish; done"


@pytest.fixture(params=["aiohttp", "library"], autouse=True)
def reader(request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHAT_READER = request.param
    settings.OPENAI_API_KEY = KEY
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    chat_model.cache_clear()


async def ask(url: str, settings: Settings) -> str:
    settings.OPENAI_BASE_URL = url
    model = await asyncio.to_thread(provide, "fake")
    return "".join([delta.text async for delta in model.stream([Message("user", "?")])])


async def test_a_proxy_of_the_environment_gets_the_request(
    upstream: Upstream, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.scripts = [ANSWER]
    monkeypatch.setenv("HTTP_PROXY", upstream.url)

    assert await ask("http://model.invalid/v1", settings) == "word1 "
    assert upstream.calls[0].path == "http://model.invalid/v1/chat/completions"


async def test_no_proxy_exempts_a_host(upstream: Upstream, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    upstream.scripts = [ANSWER]
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    assert await ask(f"{upstream.url}/v1", settings) == "word1 "


async def test_a_certificate_authority_of_the_environment_is_trusted_and_no_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))

    async with Upstream(ANSWER, tls=context) as upstream:
        address = upstream.url.replace("http", "https") + "/v1"
        with pytest.raises(ModelBusy):
            await ask(address, settings)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

        assert await ask(address, settings) == "word1 "
