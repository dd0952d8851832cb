"""A limit on the bytes in flight to one reader. No I/O."""

from __future__ import annotations

from collections import deque

WINDOW = 64 * 1024
"""Most bytes that may be sent without being acknowledged."""
STALLED_SECONDS = 30.0
"""How long a reader with a full window may acknowledge nothing."""


class SendWindow:
    """The frames of a turn that were sent but not acknowledged. Times are monotonic seconds."""

    def __init__(self, now: float) -> None:
        self._unacknowledged: deque[tuple[int, int]] = deque()
        self._bytes = 0
        self._progress_at = now

    @property
    def is_open(self) -> bool:
        """Whether more may be sent."""
        return self._bytes < WINDOW

    def sent(self, seq: int, size: int, now: float) -> None:
        """Record a sent frame of ``size`` bytes whose text ends with chunk ``seq``."""
        if not self._unacknowledged:
            self._progress_at = now
        self._unacknowledged.append((seq, size))
        self._bytes += size

    def acknowledged(self, seq: int, now: float) -> None:
        """Record that the reader has applied everything up to chunk ``seq``."""
        while self._unacknowledged and self._unacknowledged[0][0] <= seq:
            self._bytes -= self._unacknowledged.popleft()[1]
            self._progress_at = now

    def is_stalled(self, now: float) -> bool:
        """Return whether the window is full and the reader has acknowledged nothing for ``STALLED_SECONDS``."""
        return not self.is_open and now - self._progress_at > STALLED_SECONDS
