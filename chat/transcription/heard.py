"""What a recogniser has heard, in seconds of the part that it was sent, or of the whole recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its times."""

    text: str
    start: float
    end: float

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    def later(self, seconds: float) -> Word:
        return Word(self.text, self.start + seconds, self.end + seconds)


@dataclass(frozen=True, slots=True)
class Said:
    """What one speaker said without interruption, with those of its words that have times."""

    text: str
    start: float
    end: float
    speaker: str = ""
    words: Sequence[Word] = ()

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    def later(self, seconds: float) -> Said:
        words = tuple(word.later(seconds) for word in self.words)
        return replace(self, start=self.start + seconds, end=self.end + seconds, words=words)


@dataclass(frozen=True)
class Heard:
    """Everything that was heard in a part. ``language`` is a code, empty if the service does not say."""

    said: tuple[Said, ...]
    language: str = ""

    @property
    def words(self) -> int:
        """How many words they are, by their blanks."""
        return sum(len(each.text.split()) for each in self.said)
