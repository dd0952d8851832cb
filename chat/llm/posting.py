"""Requests that aiohttp sends itself, with the address, headers and credentials of the OpenAI SDK.

The SDK and httpx make dozens of objects for each request and response, which takes five times as long as to send it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property, partial
from typing import Any

import httpx
import openai
from aiohttp import BasicAuth, ClientResponse, ClientSession, ClientTimeout
from django.conf import settings
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream
from msgspec.json import encode
from multidict import CIMultiDict
from openai._models import FinalRequestOptions

from .completions import CONNECT_SECONDS
from .pace import Pace, Read, paced

READ_LIMIT = 64 * 1024
"""The most bytes to read at once, and of a refusal: decoding them takes a millisecond or two."""
_ITS_OWN = ("authorization", "connection", "content-length", "host")
"""The headers that differ between requests, and those that aiohttp makes."""


class Poster:
    """What sends the requests of a client of the SDK that has the transport of aiohttp."""

    def __init__(self, client: openai.AsyncOpenAI, path: str) -> None:
        self._client = client
        self._path = path

    @asynccontextmanager
    async def response_to(self, payload: dict[str, Any], headers: dict[str, str]) -> AsyncIterator[Read]:
        """Send a request, and yield how to read the body of its response. These headers replace the client's own.

        Redirects are not followed. Raise what the SDK raises: ``APIConnectionError``, and ``APIStatusError`` for any
        status but success.
        """
        await self._client._refresh_api_key()  # noqa: SLF001  # as the SDK does before each request
        sent = CIMultiDict(self._headers)
        sent.update(self._client.auth_headers)
        sent.update(headers)
        body = encode(payload)
        try:
            response = await self._post(body, sent)
        except Exception as error:
            raise openai.APIConnectionError(request=self._as_httpx(sent)) from error
        async with response:
            if not 200 <= response.status <= 299:
                raise await self._refusal(response, sent)
            yield reader_of(response)

    async def _post(self, body: bytes, headers: CIMultiDict[str]) -> ClientResponse:
        seconds = settings.CHAT_TOTAL_SECONDS + 5
        timeout = ClientTimeout(connect=seconds, sock_connect=CONNECT_SECONDS, sock_read=seconds)
        return await self._session.post(
            self._url,
            data=body,
            headers=headers,
            allow_redirects=False,
            auto_decompress=False,
            timeout=timeout,
            **self._through,
        )

    async def _refusal(self, response: ClientResponse, sent: CIMultiDict[str]) -> openai.APIStatusError:
        """Return the SDK's error for a response, with the beginning of its body."""
        body = b""
        while len(body) < READ_LIMIT and (piece := await response.content.read(READ_LIMIT - len(body))):
            body += piece
        request = self._as_httpx(sent)
        try:
            received = httpx.Response(response.status, headers=response.raw_headers, content=body, request=request)
        except httpx.DecodingError:
            received = httpx.Response(response.status, request=request)
        return self._client._make_status_error_from_response(received)  # noqa: SLF001  # only it knows the classes

    @cached_property
    def _template(self) -> httpx.Request:
        options = FinalRequestOptions.construct(method="post", url=self._path, json_data={})
        return self._client._build_request(options)  # noqa: SLF001  # the address and headers, as the SDK makes them

    @cached_property
    def _url(self) -> str:
        return str(self._template.url)

    @cached_property
    def _headers(self) -> CIMultiDict[str]:
        headers = CIMultiDict(self._template.headers.multi_items())
        for name in _ITS_OWN:
            headers.popall(name, None)
        return headers

    @cached_property
    def _transport(self) -> AiohttpTransport:
        """The transport to the server, through a proxy if the environment has one for it."""
        transport = self._client._client._transport_for_url(self._template.url)  # noqa: SLF001  # httpx chooses it so
        if not isinstance(transport, AiohttpTransport):
            raise TypeError(f"The client sends by {type(transport).__name__}, not by aiohttp")
        return transport

    @cached_property
    def _through(self) -> dict[str, Any]:
        """The proxy, as aiohttp takes it; nothing without one."""
        proxy = self._transport.proxy
        if proxy is None:
            return {}
        auth = BasicAuth(*proxy.auth) if proxy.auth else None
        return {"proxy": str(proxy.url), "proxy_auth": auth, "proxy_headers": proxy.headers}

    @property
    def _session(self) -> ClientSession:
        """The session with the connections, which the transport makes at its first request and closes."""
        if not isinstance(self._transport.client, ClientSession):
            self._transport.client = self._transport.get_client()
        return self._transport.client

    def _as_httpx(self, sent: CIMultiDict[str]) -> httpx.Request:
        """Return the request as the SDK's errors have it, whose credentials the log leaves out."""
        return httpx.Request("POST", self._template.url, headers=list(sent.items()))


def reader_of(response: ClientResponse) -> Read:
    """Return how to read the body of a response, without a timer for each piece."""
    if "content-encoding" in response.headers:
        stream = AiohttpResponseStream(response)
        decoded = httpx.Response(response.status, headers=response.raw_headers, stream=stream)
        return paced(partial(anext, decoded.aiter_bytes(), b""))
    if response.connection and response.connection.protocol:
        response.connection.protocol.read_timeout = None
    return _Body(response).read


class _Body:
    """The body of a response, of which nothing is received between a read and the moment of the next one.

    What comes meanwhile waits in the connection: it is taken and parsed at once, and not in the pieces in which it
    comes. The reader is not woken at that moment, but when something has been received.
    """

    def __init__(self, response: ClientResponse) -> None:
        self._content, self._connection = response.content, response.connection
        # Else aiohttp resumes the connection, and runs its parser on nothing, after each piece that is read.
        self._content._low_water = 0  # noqa: SLF001  # it has no public name
        self._rest = b""

    async def read(self, pace: Pace) -> bytes:
        """Return what has come at the moment that ``pace`` says; wait if that is nothing. It is empty at the end."""
        pace(self._receive)
        came = self._rest or await self._content.readany()
        if (protocol := self._open) is not None:
            protocol.transport.pause_reading()
        self._rest = came[READ_LIMIT:]
        return came[:READ_LIMIT]

    def _receive(self) -> None:
        protocol = self._open
        if protocol is None:
            return
        if protocol._reading_paused:  # noqa: SLF001  # aiohttp keeps no more: its parser waits, too
            protocol.resume_reading()
        else:
            protocol.transport.resume_reading()

    @property
    def _open(self) -> Any:  # a ``ResponseHandler`` whose transport is there, which no type says
        """The open connection; none after the end of the body, when the next answer may have it already."""
        protocol = None if self._connection is None else self._connection.protocol
        return None if protocol is None or not protocol.is_connected() else protocol  # it is false while it is empty
