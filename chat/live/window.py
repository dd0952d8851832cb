"""A limit on the bytes in flight to one socket, for each turn and in total. No I/O."""

from __future__ import annotations

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
class _Share:
    """What the window knows of one turn."""

    bytes: int = 0
    sent: int = 0
    begun_after: int = 0
    full_since: float | None = None


@dataclass(slots=True, eq=False)
class Frame:
    """A frame of a turn that is not acknowledged yet; its text ends with chunk ``seq``."""

    share: _Share  # of its turn: the hash of a UUID takes long
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
        self._easy = min(WINDOW, part)
        self._frames: list[Frame] = []  # an empty deque takes 600 bytes
        self._bytes = 0
        self._shares: dict[UUID, _Share] = {}

    def follow(self, turn_uuid: UUID, after: int) -> None:
        """Record that the reader has the turn's text up to chunk ``after``, and may say so."""
        share = self._share_of(turn_uuid)
        share.begun_after = max(after, share.begun_after)

    def has_room(self, size: int = FRAME_ROOM) -> bool:
        """Return whether a frame of any turn may surely be sent; if not, ``is_open`` tells whether it may."""
        return self._bytes + size <= self._easy

    def is_open(self, turn_uuid: UUID, now: float, size: int = FRAME_ROOM) -> bool:
        """Return whether a frame of the turn may be sent."""
        share = self._share_of(turn_uuid)
        if share.bytes < WINDOW and self.fits(size):
            return True
        if self._bytes and share.full_since is None:
            share.full_since = now  # else other sockets of the user take the room, which is no silence of this one
        return False

    @property
    def full(self) -> int:
        """The number of turns of which no more may be sent."""
        return sum(share.full_since is not None for share in self._shares.values())

    def fits(self, size: int) -> bool:
        """Return whether all sockets of the user leave room for so many bytes."""
        return self._in_flight.fits(self._bytes, size, self._part)

    def is_stalled(self, turn_uuid: UUID, now: float) -> bool:
        """Return whether the reader has acknowledged nothing for ``STALLED_SECONDS`` since the window was full.

        Only its own acks end that: room that other sockets of its user give back does not.
        """
        full_since = self._share_of(turn_uuid).full_since
        return full_since is not None and now - full_since > STALLED_SECONDS

    def add(self, turn_uuid: UUID, seq: int, size: int) -> Frame:
        """Count a frame that is about to be sent, and return it."""
        frame = Frame(self._share_of(turn_uuid), seq, size)
        frame.share.bytes += size
        self._frames.append(frame)
        self._change(size)
        return frame

    def sent(self, frame: Frame) -> None:
        """Record that the frame is sent, so that it can be acknowledged."""
        frame.is_sent = True
        if frame.seq > frame.share.sent:
            frame.share.sent = frame.seq

    def remove(self, frame: Frame) -> None:
        """No longer count a frame that was not sent after all."""
        if frame in self._frames:
            self._frames.remove(frame)
            frame.share.bytes -= frame.size
            self._change(-frame.size)

    def acknowledge(self, turn_uuid: UUID, seq: int) -> bool:
        """Record that the reader has applied the turn's text up to chunk ``seq``. Return False if that is not true.

        Frames arrive in the order in which they were sent, so it has read those of other turns before it, too.
        """
        share = self._shares.get(turn_uuid)
        if share is None:
            return True  # the turn has ended and was acknowledged, or the command to follow it still waits
        if seq > share.sent:
            return seq <= share.begun_after
        for count in range(len(self._frames), 0, -1):
            frame = self._frames[count - 1]
            if frame.share is share and frame.is_sent and frame.seq <= seq:
                self._release(count)
                break
        return True

    def keep(self, followed: Collection[UUID]) -> None:
        """Forget the turns that are not ``followed`` and have nothing in flight."""
        for turn_uuid in [each for each, share in self._shares.items() if each not in followed and not share.bytes]:
            del self._shares[turn_uuid]

    def close(self) -> None:
        """Give everything back: the socket is gone."""
        self._in_flight.change(self._bytes, 0, self._part)
        self._in_flight = InFlight()  # what a task still counts before it ends concerns no other socket
        self._frames.clear()
        self._shares.clear()
        self._bytes = 0

    def _share_of(self, turn_uuid: UUID) -> _Share:
        share = self._shares.get(turn_uuid)
        if share is None:
            share = self._shares[turn_uuid] = _Share()
        return share

    def _release(self, count: int) -> None:
        """Remove those of the first ``count`` frames that were sent."""
        first = self._frames[:count]
        self._frames[:count] = [frame for frame in first if not frame.is_sent]
        released = 0
        for frame in first:
            if frame.is_sent:
                frame.share.bytes -= frame.size
                released += frame.size
        self._change(-released)
        for share in self._shares.values():
            share.full_since = None

    def _change(self, size: int) -> None:
        held = self._bytes
        self._bytes += size
        if max(held, self._bytes) > self._part:
            self._in_flight.change(held, self._bytes, self._part)
