"""The OpenAI SDK as the providers use it: it builds and signs requests; ``completions`` reads the responses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import openai
from django.conf import settings
from openai._base_client import make_request_options
from openai._constants import RAW_RESPONSE_HEADER
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from ..prompts import Message
from .cleaned import clean
from .completions import CONNECT_SECONDS, Request
from .pace import Read, paced
from .posting import Poster

PATH = "/chat/completions"
BESIDE_BODY = frozenset({"extra_query", "extra_body", "timeout"})
"""The entries of a payload that are not part of the body as they are."""


def timeout() -> openai.Timeout:
    """Return the SDK's time-outs: longer than the runner's, they limit calls outside of a turn."""
    return openai.Timeout(settings.CHAT_TOTAL_SECONDS + 5, connect=CONNECT_SECONDS)


def http_client() -> openai.DefaultAsyncHttpxClient | openai.DefaultAioHttpClient:
    """Return a client that follows no redirects: questions go to the configured address and nowhere else.

    aiohttp's parser takes a third of the processor time of the SDK's own; ``CHAT_READER=library`` goes back to that.
    """
    if settings.CHAT_READER == "library":
        return openai.DefaultAsyncHttpxClient(follow_redirects=False)
    return openai.DefaultAioHttpClient(follow_redirects=False)


def cleaning_http_client() -> openai.DefaultAsyncHttpxClient:
    """Return the same for a model that reads its responses itself: it gets them cleaned."""
    return openai.DefaultAsyncHttpxClient(follow_redirects=False, event_hooks={"response": [clean]})


def requests_by(
    client: openai.AsyncOpenAI,
    payload_of: Callable[[Sequence[Message]], dict[str, Any]],
    headers: Callable[[], dict[str, str]],
) -> Request:
    """Return the ``Request`` that sends these payloads.

    It calls ``headers`` for each request; these headers replace the client's own. A payload that says more than the
    body of the request goes through the SDK.
    """
    poster = None if settings.CHAT_READER == "library" else Poster(client, PATH)

    @asynccontextmanager
    async def request(messages: Sequence[Message]) -> AsyncIterator[Read]:
        payload = payload_of(messages)
        sent = poster.response_to if poster and BESIDE_BODY.isdisjoint(payload) else partial(response_to, client)
        async with sent(payload, headers()) as read, asyncio.timeout(settings.CHAT_TOTAL_SECONDS + 5):  # as timeout()
            yield read

    return request


@asynccontextmanager
async def response_to(
    client: openai.AsyncOpenAI, payload: dict[str, Any], headers: dict[str, str]
) -> AsyncIterator[Read]:
    """Send the request for an answer by the SDK, and yield how to read the body of the response.

    ``client.chat.completions.create`` would first convert the payload, which has the wire's form already: that takes
    as long as building, signing and sending the request.
    """
    options = make_request_options(
        extra_headers=headers | {RAW_RESPONSE_HEADER: "stream"},
        **{name: payload.pop(name) for name in BESIDE_BODY.intersection(payload)},
    )
    response: Any = await client.post(
        PATH,
        cast_to=ChatCompletion,
        body=payload,
        options=options,
        stream=True,
        stream_cls=openai.AsyncStream[ChatCompletionChunk],
    )
    try:
        yield paced(partial(anext, response.http_response.aiter_bytes(), b""))
    finally:
        await response.close()
