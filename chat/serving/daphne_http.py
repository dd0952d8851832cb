"""The HTTP side of Daphne: how long the headers and the body of a request may be."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from daphne.http_protocol import WebRequest
from twisted.web.http import HTTPChannel
from typing_extensions import override

from .life import BODY_LIMIT, HEADER_LIMIT
from .stored_body import StoredBody


class Channel(HTTPChannel):
    """Takes longer headers than Twisted does, and refuses longer ones with a status instead of silence."""

    MAX_LENGTH = HEADER_LIMIT
    totalHeadersSize = 2 * HEADER_LIMIT  # noqa: N815  # Twisted's name

    @override
    def lineLengthExceeded(self, line: bytes) -> None:
        transport: Any = self.transport  # whose declared interface is narrower
        transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n")
        transport.loseConnection()


class Request(WebRequest):  # type: ignore[misc]  # Daphne has no types
    """Is refused as soon as its body is too long: Twisted would store all of it before anybody is asked.

    A long ``body`` is written by threads. Twisted would write it in the event loop, and Daphne read it again there.
    """

    content: Any
    body: StoredBody | None = None
    _stored = 0
    _is_refused = False

    @override
    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        if not isinstance(self.content, BytesIO):
            self.content.close()
            self.content, self.body = BytesIO(), StoredBody(self.channel.transport)
        self._refuse_beyond(length or 0)

    @override
    def handleContentChunk(self, data: bytes) -> None:
        self._stored += len(data)
        self._refuse_beyond(self._stored)
        if self.body and not self._is_refused:
            self.body.add(data)
        elif not self._is_refused:
            super().handleContentChunk(data)

    @override
    def process(self) -> Any:
        if self.body:
            self.body.end()
        return None if self._is_refused else super().process()

    def _refuse_beyond(self, length: int) -> None:
        if length > BODY_LIMIT and not self._is_refused:
            self._is_refused = True
            self.channel.transport.write(b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n\r\n")
            self.channel.transport.loseConnection()


def with_limit(channel: Channel) -> Channel:
    """Let the requests of a connection be ``Request``; Daphne sets another class on each."""
    channel.requestFactory = Request
    return channel
