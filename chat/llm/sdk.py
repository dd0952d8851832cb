"""The OpenAI SDK as the providers here use it: it builds, signs and sends a request, and leaves the response to us."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import openai
from django.conf import settings

from ..prompts import Message
from .completions import CONNECT_SECONDS, Request
from .langchain import as_langchain


def timeout() -> openai.Timeout:
    """The SDK's own time-outs, longer than the runner's, for whatever is asked outside of a turn."""
    return openai.Timeout(settings.CHAT_TOTAL_SECONDS + 5, connect=CONNECT_SECONDS)


def http_client() -> openai.DefaultAsyncHttpxClient:
    """A client that follows no redirect: a question goes to the address that was configured and to no other."""
    return openai.DefaultAsyncHttpxClient(follow_redirects=False)


def request_by(model: Any, headers: Callable[[], dict[str, str]] = dict) -> Request:  # its class depends on the package
    """The request of a LangChain model that is built upon this SDK; ``headers`` replace its own, each time anew."""
    completions = model.async_client.with_streaming_response

    @asynccontextmanager
    async def request(messages: Sequence[Message]) -> AsyncIterator[AsyncIterator[bytes]]:
        payload = model._get_request_payload(  # noqa: SLF001  # the library has no public way to build a request
            as_langchain(messages), stream=True, stream_options={"include_usage": True}
        )
        async with completions.create(**payload, extra_headers=headers()) as response:
            yield response.iter_bytes()

    return request
