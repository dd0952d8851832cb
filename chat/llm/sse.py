"""Server-Sent Events as they come over the wire: pure, without input or output."""

from __future__ import annotations

EVENT_LIMIT = 4 * 1024 * 1024
"""Bytes of one event; an answer of the greatest length, every character escaped, fits into one."""


class EventTooLong(Exception):
    """What is coming is no event that could be part of an answer."""


class EventStream:
    """The data of each event, however the bytes are cut into pieces. Comments and unknown fields are left out."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, received: bytes) -> list[bytes]:
        """The events that these bytes complete. One without its blank line is never given out: it may be half of one.

        Raises ``EventTooLong``.
        """
        self._rest += received
        end = max(self._rest.rfind(b"\n"), self._rest.rfind(b"\r", 0, -1)) + 1  # a last CR may be half of a CR LF
        lines = bytes(self._rest[:end]).splitlines()
        del self._rest[:end]
        events = [event for line in lines if (event := self._take(line)) is not None]
        if self._size + len(self._rest) > EVENT_LIMIT:
            raise EventTooLong(f"an event of more than {EVENT_LIMIT} bytes")
        return events

    def _take(self, line: bytes) -> bytes | None:
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
