"""The HTTP side of Daphne: how long the headers of a request may be."""

from __future__ import annotations

from typing import Any

from twisted.web.http import HTTPChannel
from typing_extensions import override

from .life import HEADER_LIMIT


class Channel(HTTPChannel):
    """Takes longer headers than Twisted does, and refuses longer ones with a status instead of silence."""

    MAX_LENGTH = HEADER_LIMIT
    totalHeadersSize = 2 * HEADER_LIMIT  # noqa: N815  # Twisted's name

    @override
    def lineLengthExceeded(self, line: bytes) -> None:
        transport: Any = self.transport  # whose declared interface is narrower
        transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n")
        transport.loseConnection()
