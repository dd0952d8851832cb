"""Backpressure for the HTTP responses of Daphne, which buffers without bound."""

from __future__ import annotations

import asyncio
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


@implementer(IPushProducer)
class Backpressure:
    """A gate between an application and one HTTP response: closed while the transport's buffer is full."""

    def __init__(self, response: Any) -> None:
        self._response = response
        self._open = asyncio.Event()
        self._open.set()
        response.registerProducer(self, True)

    async def wait(self) -> None:
        """Return when more may be written, or when the connection is gone."""
        await self._open.wait()

    def remove(self) -> None:
        """Detach from the response, which is about to end."""
        self._response.unregisterProducer()

    def pauseProducing(self) -> None:  # noqa: N802 (the names are Twisted's)
        """Close: the transport's buffer is full."""
        self._open.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        """Open: the buffer has room again."""
        self._open.set()

    def stopProducing(self) -> None:  # noqa: N802
        """Open: the connection is gone, and waiting would not end."""
        self._open.set()
