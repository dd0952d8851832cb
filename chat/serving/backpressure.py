"""Backpressure for Daphne's HTTP responses: by itself it buffers whatever it is given, without bound."""

from __future__ import annotations

import asyncio
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


@implementer(IPushProducer)
class Backpressure:
    """Between an application and one HTTP response: shut while the transport has more than it gets rid of."""

    def __init__(self, response: Any) -> None:
        self._response = response
        self._open = asyncio.Event()
        self._open.set()
        response.registerProducer(self, True)

    async def wait(self) -> None:
        """Return when more may be written; also when nobody is there any more who would read it."""
        await self._open.wait()

    def remove(self) -> None:
        """The response is about to end."""
        self._response.unregisterProducer()

    def pauseProducing(self) -> None:  # noqa: N802 (the names are Twisted's)
        """The transport's buffer is full."""
        self._open.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        """It has room again."""
        self._open.set()

    def stopProducing(self) -> None:  # noqa: N802
        """The connection is gone."""
        self._open.set()
