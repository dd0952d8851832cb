"""The choice that is the answer, of a stream that may number its choices in any way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """What a choice adds to the answer: its text, its finish reason, and whether it has thoughts."""

    text: str
    finish_reason: str
    thinks: bool = False

    @property
    def says_something(self) -> bool:
        """Whether it adds anything at all."""
        return bool(self.text or self.finish_reason or self.thinks)


class Choices:
    """A filter that yields the pieces of one choice.

    One choice is asked for, so whatever index the first piece has, it is the answer's. Some servers count the index up
    with each chunk. So a piece with another index waits until the next one tells: if that has the first index again,
    there are several choices, and the others are dropped; if it has a third one, the index says nothing.
    """

    def __init__(self) -> None:
        self._first: str | None = None
        self._waiting: list[tuple[str, Piece]] = []
        self._are_several: bool | None = None

    def take_plain(self, index: str) -> bool:
        """Take a piece with this index if it is the answer's whatever follows, and return whether it is.

        Any other is left for ``take``.
        """
        self._first = index if self._first is None else self._first
        return index == self._first and not self._waiting

    def take(self, index: str, piece: Piece) -> Iterator[Piece]:
        """Yield the pieces of the answer that are known to be such now."""
        self._first = index if self._first is None else self._first
        if self._are_several is False:
            yield piece
        elif index == self._first:
            if self._waiting:
                self._are_several = True
                self._waiting.clear()
            yield piece
        elif self._are_several is None:
            if self._waiting and self._waiting[-1][0] != index:
                self._are_several = False
                yield from self.rest()
                yield piece
            else:
                self._waiting.append((index, piece))

    def rest(self) -> Iterator[Piece]:
        """Yield the pieces that wait."""
        yield from (piece for _, piece in self._waiting)
        self._waiting.clear()

    def end(self) -> Iterator[Piece]:
        """Yield what waits at the end of the stream if the answer has no other end."""
        if any(piece.finish_reason for _, piece in self._waiting):
            yield from self.rest()
