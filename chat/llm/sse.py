"""A parser of Server-Sent Events, without input or output."""

from __future__ import annotations

from codecs import BOM_UTF8

EVENT_LIMIT = 4 * 1024 * 1024
"""Maximum of bytes in an event; an answer of the maximum length, with every character escaped, fits into one."""


class EventTooLong(Exception):
    """The stream contains an event that is too long for any answer."""


def _whole_events(received: bytes) -> list[bytes] | None:
    """Return the data of bytes that are exactly events of one line, as almost all are that a model sends."""
    is_whole = received.startswith(b"data: ") and received.endswith(b"\n\n") and len(received) < EVENT_LIMIT
    if not is_whole or b"\r" in received:
        return None
    events = received[6:-2].split(b"\n\ndata: ")
    return events if received.count(b"\n") == 2 * len(events) else None


class EventStream:
    """A parser that takes the bytes of a stream in pieces of any size.

    It ignores comments, unknown fields and a byte order mark at the beginning.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._has_begun = False
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, received: bytes) -> list[bytes]:
        """Return the data of the events that these bytes complete; an event is complete after its blank line.

        Raise ``EventTooLong`` if an event exceeds ``EVENT_LIMIT``.
        """
        if self._has_begun and not self._rest and not self._data and (whole := _whole_events(received)):
            return whole
        self._rest += received
        end = max(self._rest.rfind(b"\n"), self._rest.rfind(b"\r", 0, -1)) + 1  # a CR at the end may be half of a CR LF
        lines = bytes(self._rest[:end]).splitlines()
        del self._rest[:end]
        events = [event for line in lines if (event := self._take(line)) is not None]
        if self._size + len(self._rest) > EVENT_LIMIT:
            raise EventTooLong(f"an event is longer than {EVENT_LIMIT} bytes")
        return events

    def _take(self, line: bytes) -> bytes | None:
        if not self._has_begun:
            self._has_begun = True
            line = line.removeprefix(BOM_UTF8)
        if line.startswith(b"data:"):
            value = line[5:].removeprefix(b" ")
            self._data.append(value)
            self._size += len(value)
        elif not line and self._data:
            event = b"\n".join(self._data)
            self._data.clear()
            self._size = 0
            return event
        return None
