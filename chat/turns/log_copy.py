"""The copy of the log of a turn that another process writes: a buffer without I/O."""

from __future__ import annotations

from collections.abc import Sequence

from ..models import TERMINAL, State
from .extract import Extract
from .view import READ_LIMIT, View, first_chunks

KEPT = 2 * READ_LIMIT
"""The most characters to keep. A reader who is further behind reads the database."""


class LogCopy:
    """The last chunks of a streaming turn, from ``first`` to ``seq``: from the database, and then from nudges.

    A nudge is a hint. An extract counts only if it is the next; after anything else the copy is stale, and so is one of
    a turn that does not stream.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.is_stale = True
        self._first = 0
        self._chunks: list[str] = []
        self._length = 0
        self._last: View | None = None  # as read from the database, without its chunks
        self._extracts = self._extracts_before = 0

    @property
    def state(self) -> str:
        """The state that was read last; empty before."""
        return self._last.state if self._last else ""

    def lacks(self, after: int) -> bool:
        """Return whether the database has to be read before a reader at seq ``after`` gets a view."""
        if self._last is None:
            return True
        return after >= self.seq and (self.is_stale or self._last.more)

    def view(self, after: int) -> View | None:
        """Return what a reader at seq ``after`` lacks; None if the copy does not reach back that far."""
        if self._last is None or after < self._first:
            return None
        chunks, are_left = first_chunks(self._chunks[after - self._first :])
        more = are_left or after + len(chunks) < self.seq or self.lacks(self.seq)
        return self._last._replace(chunks=chunks, more=more)

    def expire(self) -> None:
        """Note that there is news of an unknown kind."""
        self.is_stale = self.state not in TERMINAL

    def apply(self, extract: Extract) -> None:
        """Add what an extract has, if it is the next."""
        if self._last is None or self._last.state != State.STREAMING or extract.after > self.seq:
            self.expire()
            return
        news = extract.chunks[self.seq - extract.after :]
        if news or extract.after == self.seq:
            self._extracts += 1
            self._append(news)
            self._last = self._last._replace(seq=max(self._last.seq, self.seq), phase=extract.phase)

    def begin(self) -> None:
        """Note that the database is about to be read after ``seq``: what it returns may lack the news from now on."""
        self.is_stale = False
        self._extracts_before = self._extracts

    def merge(self, view: View, after: int) -> None:
        """Add what the database has after chunk ``after``: the copy's seq when the read began, or that of a reader."""
        if self._last is None or view.state in TERMINAL:
            self._start(view, after)
            return
        self._append(view.chunks[self.seq - after :])
        seq = max(view.seq, self.seq)
        phase = view.phase if self._extracts == self._extracts_before else self._last.phase
        self._last = view._replace(seq=seq, chunks=(), phase=phase, more=view.more and self.seq < seq)

    def _start(self, view: View, after: int) -> None:
        """Begin anew: an answer that has ended may be shorter than what was stored before."""
        self._first = self.seq = min(after, view.seq)
        self._chunks, self._length = [], 0
        if after <= view.seq:
            self._append(view.chunks)
        self._last = view._replace(chunks=())

    def _append(self, chunks: Sequence[str]) -> None:
        self._chunks += chunks
        self._length += sum(map(len, chunks))
        self.seq += len(chunks)
        while self._length > KEPT:
            self._length -= len(self._chunks[0])
            del self._chunks[0]
            self._first += 1
