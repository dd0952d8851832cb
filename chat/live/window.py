"""A limit on the bytes in flight to one socket, for each turn and in total. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from .in_flight import InFlight

WINDOW = 64 * 1024
"""Most bytes of one turn that may be sent without being acknowledged."""
FRAME_ROOM = 17 * 1024
"""The room for a ``token`` of the usual greatest length; without it nothing is read from the log."""
STALLED_SECONDS = 30.0
"""How long a reader with a full window may acknowledge nothing."""


@dataclass(slots=True, eq=False)
class Frame:
    """A frame of a turn that is not acknowledged yet; its text ends with chunk ``seq``."""

    turn_uuid: UUID
    seq: int
    size: int
    is_sent: bool = False


class SendWindow:
    """The frames of all turns that a socket was sent and has not acknowledged. Times are monotonic seconds.

    It outlives the followers of the socket: who follows a turn again gets no second window.
    """

    def __init__(self, in_flight: InFlight, part: int) -> None:
        self._in_flight = in_flight
        self._part = part
        self._frames: list[Frame] = []  # an empty deque takes 600 bytes
        self._bytes = 0
        self._bytes_of: Counter[UUID] = Counter()
        self._sent: dict[UUID, int] = {}
        self._begun_after: dict[UUID, int] = {}
        self._full_since: dict[UUID, float] = {}

    def follow(self, turn_uuid: UUID, after: int) -> None:
        """Record that the reader has the turn's text up to chunk ``after``, and may say so."""
        self._sent.setdefault(turn_uuid, 0)
        self._begun_after[turn_uuid] = max(after, self._begun_after.get(turn_uuid, 0))

    def is_open(self, turn_uuid: UUID, now: float, size: int = FRAME_ROOM) -> bool:
        """Return whether a frame of the turn may be sent."""
        if self._bytes_of[turn_uuid] < WINDOW and self.fits(size):
            return True
        if self._bytes:  # else the room is taken by other sockets of the user, which is no silence of this one
            self._full_since.setdefault(turn_uuid, now)
        return False

    def fits(self, size: int) -> bool:
        """Return whether all sockets of the user leave room for so many bytes."""
        return self._in_flight.fits(self._bytes, size, self._part)

    def is_stalled(self, turn_uuid: UUID, now: float) -> bool:
        """Return whether the reader has acknowledged nothing for ``STALLED_SECONDS`` since the window was full.

        Only its own acks end that: room that other sockets of its user give back does not.
        """
        return now - self._full_since.get(turn_uuid, now) > STALLED_SECONDS

    def add(self, frame: Frame) -> None:
        """Count a frame that is about to be sent."""
        self._frames.append(frame)
        self._count(frame, frame.size)

    def sent(self, frame: Frame) -> None:
        """Record that the frame is sent, so that it can be acknowledged."""
        frame.is_sent = True
        self._sent[frame.turn_uuid] = max(frame.seq, self._sent.get(frame.turn_uuid, 0))

    def remove(self, frame: Frame) -> None:
        """No longer count a frame that was not sent after all."""
        if frame in self._frames:
            self._frames.remove(frame)
            self._count(frame, -frame.size)

    def acknowledge(self, turn_uuid: UUID, seq: int) -> bool:
        """Record that the reader has applied the turn's text up to chunk ``seq``. Return False if that is not true.

        Frames arrive in the order in which they were sent, so it has read those of other turns before it, too.
        """
        if turn_uuid not in self._sent:
            return True  # the turn has ended and was acknowledged, or the command to follow it still waits
        if seq > self._sent[turn_uuid]:
            return seq <= self._begun_after.get(turn_uuid, 0)
        read = [n for n, frame in enumerate(self._frames) if _is_read(frame, turn_uuid, seq)]
        if read:
            self._release(read[-1] + 1)
        return True

    def keep(self, followed: Collection[UUID]) -> None:
        """Forget the turns that are not ``followed`` and have nothing in flight."""
        for turn_uuid in [each for each in self._sent if each not in followed and not self._bytes_of[each]]:
            del self._sent[turn_uuid], self._bytes_of[turn_uuid]
            self._begun_after.pop(turn_uuid, None)
            self._full_since.pop(turn_uuid, None)

    def close(self) -> None:
        """Give everything back: the socket is gone."""
        self._in_flight.change(self._bytes, 0, self._part)
        self._in_flight = InFlight()  # what a task still counts before it ends concerns no other socket
        self._frames.clear()
        self._bytes_of.clear()
        self._bytes = 0

    def _release(self, count: int) -> None:
        """Remove those of the first ``count`` frames that were sent."""
        first = self._frames[:count]
        self._frames[:count] = [frame for frame in first if not frame.is_sent]
        for frame in first:
            if frame.is_sent:
                self._count(frame, -frame.size)
        self._full_since.clear()

    def _count(self, frame: Frame, size: int) -> None:
        self._in_flight.change(self._bytes, self._bytes + size, self._part)
        self._bytes += size
        self._bytes_of[frame.turn_uuid] += size


def _is_read(frame: Frame, turn_uuid: UUID, seq: int) -> bool:
    return frame.is_sent and frame.turn_uuid == turn_uuid and frame.seq <= seq
