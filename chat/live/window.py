"""How much may be on its way to one reader: a buffer without input or output."""

from __future__ import annotations

from collections import deque

WINDOW = 64 * 1024
"""Bytes that may be sent and not acknowledged."""
STALLED_SECONDS = 30.0
"""How long a reader with a full window may acknowledge nothing."""


class SendWindow:
    """What was sent of a turn and not acknowledged. Times are monotonic seconds."""

    def __init__(self, now: float) -> None:
        self._unacknowledged: deque[tuple[int, int]] = deque()
        self._bytes = 0
        self._progress_at = now

    @property
    def is_open(self) -> bool:
        """Whether more may be sent."""
        return self._bytes < WINDOW

    def sent(self, seq: int, size: int, now: float) -> None:
        """A frame of ``size`` bytes went out whose text ends with chunk ``seq``."""
        if not self._unacknowledged:
            self._progress_at = now
        self._unacknowledged.append((seq, size))
        self._bytes += size

    def acknowledged(self, seq: int, now: float) -> None:
        """The reader has applied everything up to chunk ``seq``."""
        while self._unacknowledged and self._unacknowledged[0][0] <= seq:
            self._bytes -= self._unacknowledged.popleft()[1]
            self._progress_at = now

    def is_stalled(self, now: float) -> bool:
        """Whether the window is full and the reader has not read for 30 seconds."""
        return not self.is_open and now - self._progress_at > STALLED_SECONDS
