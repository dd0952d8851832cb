"""A connection to Daphne that learns when its client resets it, on uvloop as on the loop of Python."""

from __future__ import annotations

from typing import Any

from twisted.internet.tcp import Server
from typing_extensions import override


class Connection(Server):
    """Watches its socket anew after each reading.

    When a client sends something and resets the connection at once, uvloop tells of both by one call, and watches the
    socket no longer. Twisted reads only what was sent, so it would not learn of the reset, and not close the socket.
    See https://github.com/MagicStack/uvloop/issues/552.
    """

    _is_watched = False

    @override
    def startReading(self) -> None:  # the names are Twisted's
        self._is_watched = True
        super().startReading()  # type: ignore[no-untyped-call]

    @override
    def stopReading(self) -> None:
        self._is_watched = False
        super().stopReading()  # type: ignore[no-untyped-call]

    @override
    def doRead(self) -> Any:
        """Read what has come; return why the connection is lost, if it is."""
        reason = super().doRead()
        if reason is None and self._is_watched:
            self.stopReading()
            self.startReading()
        return reason
