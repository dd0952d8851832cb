"""Backpressure for the responses and sockets of Daphne, which buffers without bound."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from .gate import Gate


@implementer(IPushProducer)
class Backpressure:
    """A gate between an application and a response or connection: closed while the transport's buffer is full."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self._open = Gate()
        consumer.registerProducer(self, True)

    async def wait(self) -> None:
        """Return when more may be written, or when the connection is gone."""
        await self._open.wait()

    def remove(self) -> None:
        """Detach from the response, which is about to end: Twisted closes no connection that has a producer."""
        self._consumer.unregisterProducer()

    def end(self) -> None:
        """Detach, and let everybody who waits write."""
        self.remove()
        self._open.set()

    def pauseProducing(self) -> None:  # noqa: N802 (the names are Twisted's)
        """Close: the transport's buffer is full."""
        self._open.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        """Open: the buffer has room again. Let go of a connection that was to close once its buffer is empty."""
        self._open.set()
        if getattr(self._consumer, "disconnecting", False):
            self.remove()

    def stopProducing(self) -> None:  # noqa: N802
        """Open: the connection is gone, and waiting would not end."""
        self._open.set()
