"""The log of one turn in the process that writes it: a buffer without I/O."""

from __future__ import annotations

from collections.abc import Sequence

from ..models import Append, Citation, Claim, Ending, FoundPassage, Recording, Segment, found_passage

CHUNK_LIMIT = 4_000
"""Characters in one chunk."""


class AnswerLog:
    """The answer of a streaming turn: stored chunks, which may be shown, and text that is not stored yet.

    Text moves from *pending* (as the model yields it) to *in flight* (being stored) to *chunks* (stored, numbered from
    1). All text that is pending when a commit starts becomes one chunk, so chunks follow the clock and not the tokens.
    """

    def __init__(self, claim: Claim, phase: str = "") -> None:
        self.claim = claim
        self.topic = f"turn:{claim.turn_uuid}"
        self.is_open = True  # as long as this process may write it
        self.chunks: list[str] = []
        self.phase = phase
        self.ending: Ending | None = None  # how the turn has ended, once that is stored
        self.citations: list[Citation] = []
        self._passages: Sequence[tuple[Recording, Sequence[Segment]]] = ()
        self._passages_changed = False
        self._stored_phase = phase
        self._pending: list[str] = []
        self._pending_length = self._in_flight_length = 0
        self._in_flight: Append | None = None

    @property
    def seq(self) -> int:
        """The number of the last stored chunk."""
        return len(self.chunks)

    @property
    def has_text(self) -> bool:
        """Whether any text has come, stored or not."""
        return bool(self.chunks or self.backlog)

    @property
    def backlog(self) -> int:
        """Characters that are not stored yet."""
        return self._pending_length + self._in_flight_length

    @property
    def dirty(self) -> bool:
        """Whether the next commit has anything to store."""
        return self._in_flight is not None or self._pending_length > 0 or self.phase != self._stored_phase

    def append(self, text: str) -> None:
        """Add text to be stored with the next commit."""
        self._pending.append(text)
        self._pending_length += len(text)

    def find(self, passages: Sequence[tuple[Recording, Sequence[Segment]]]) -> None:
        """Set what the search found, each as a recording and segments of it: the next commit stores them, too."""
        self._passages = passages
        self._passages_changed = True

    def cite(self, citation: Citation) -> None:
        """Add a citation, before the text with its marker: both are stored with one commit."""
        self.citations.append(citation)
        self._passages_changed = True

    def retract(self) -> None:
        """Drop the citations, before ``RETRACTION`` is appended: both are stored with one commit."""
        self.citations.clear()
        self._passages_changed = True

    def take(self) -> Append:
        """Return what the next commit stores: the same until ``settle``, so that a failed commit can be repeated."""
        if self._in_flight is None:
            texts = _pieces("".join(self._pending))
            self._pending.clear()
            self._in_flight_length, self._pending_length = self._pending_length, 0
            phase = None if self.phase == self._stored_phase else self.phase
            self._in_flight = Append(self.claim, len(self.chunks) + len(texts), phase, texts, self._take_passages())
        return self._in_flight

    def _take_passages(self) -> list[FoundPassage] | None:
        if not self._passages_changed:
            return None
        self._passages_changed = False
        return [found_passage(recording, segments, self.citations) for recording, segments in self._passages]

    def settle(self) -> None:
        """Mark what was in flight as stored, so that it may be shown."""
        if self._in_flight:
            self.chunks.extend(self._in_flight.texts)
            if self._in_flight.phase is not None:
                self._stored_phase = self._in_flight.phase
        self._in_flight, self._in_flight_length = None, 0

    def everything(self) -> list[str]:
        """Return all chunks, including those that are not stored yet."""
        return [*self.chunks, *self._in_flight_texts, *_pieces("".join(self._pending))]

    @property
    def _in_flight_texts(self) -> Sequence[str]:
        return self._in_flight.texts if self._in_flight else ()

    def after(self, seq: int) -> list[str]:
        """Return the stored chunks ``seq + 1 ..``."""
        return self.chunks[seq:]


def _pieces(text: str) -> Sequence[str]:
    if 0 < len(text) <= CHUNK_LIMIT:
        return (text,)
    return [text[start : start + CHUNK_LIMIT] for start in range(0, len(text), CHUNK_LIMIT)]
