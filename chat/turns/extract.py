"""Extracts of an answer, which nudges carry to the processes in which somebody reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from .answer_log import AnswerLog

FRAME_SIZE = 64
"""Bytes of an extract on the wire without its text, at most."""
_CHUNK_SIZE = 5
"""Bytes of a chunk on the wire without its text, at most."""


class Extract(NamedTuple):
    """The chunks ``after + 1 ..`` of a turn that streams, and its phase. All of it is stored.

    Without chunks it says only that the turn has reached ``after``.
    """

    turn_uuid: UUID
    after: int
    phase: str
    chunks: Sequence[str]

    @classmethod
    def from_log(cls, log: AnswerLog, after: int, room: int) -> Extract:
        """Return what the log has after a chunk; if that is larger than ``room``, only how far the log has come."""
        chunks = log.after(after)
        if sum(len(chunk.encode()) + _CHUNK_SIZE for chunk in chunks) > room:
            return cls(log.claim.turn_uuid, log.seq, log.phase, [])
        return cls(log.claim.turn_uuid, after, log.phase, chunks)

    @classmethod
    def of(cls, turn: bytes, after: int, phase: str, chunks: Sequence[str]) -> Extract:
        """Return an extract that has come in a message."""
        return cls(UUID(bytes=turn), after, phase, chunks)

    def encoded(self) -> list[Any]:
        """Return it as a message carries it."""
        return [self.turn_uuid.bytes, self.after, str(self.phase), list(self.chunks)]

    @property
    def size(self) -> int:
        """Bytes of its text in a message, at most."""
        return sum(len(chunk.encode()) + _CHUNK_SIZE for chunk in self.chunks)
