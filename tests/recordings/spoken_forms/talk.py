"""A talk: what is said, by whom and when, and its parts as most services write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple


class Said(NamedTuple):
    """A word with its mark, if it has one, and its times in milliseconds."""

    word: str
    mark: str
    start: int
    end: int

    @property
    def text(self) -> str:
        """The word as it is written."""
        return self.word + self.mark


class Turn(NamedTuple):
    """What a speaker, who has a number, says in one go."""

    speaker: int
    words: Sequence[Said]

    @property
    def text(self) -> str:
        """The words, with blanks between them."""
        return " ".join(word.text for word in self.words)

    @property
    def start(self) -> int:
        """The start of the first word."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """The end of the last word."""
        return self.words[-1].end


Talk = Sequence[Turn]
_BEGAN = datetime(2026, 3, 4, 15, 38, tzinfo=UTC)


def by_word(talk: Talk) -> Iterable[tuple[int, Said]]:
    """Return each word with the number of its speaker."""
    return ((turn.speaker, word) for turn in talk for word in turn.words)


def text_of(talk: Talk) -> str:
    """Return the text of all turns."""
    return " ".join(turn.text for turn in talk)


def seconds(milliseconds: int) -> float:
    """Return milliseconds as seconds."""
    return milliseconds / 1000


def date_at(milliseconds: int) -> str:
    """Return the time of day at which something was said, in the form of ISO 8601."""
    return (_BEGAN + timedelta(milliseconds=milliseconds)).isoformat().replace("+00:00", "Z")


def timed(word: Said, key: str = "word", **more: Any) -> Any:
    """Return a word with its times in seconds."""
    return {key: word.text, "start": seconds(word.start), "end": seconds(word.end), **more}


def segment(turn: Turn, **more: Any) -> Any:
    """Return a turn with its times in seconds."""
    return {"text": f" {turn.text}", "start": seconds(turn.start), "end": seconds(turn.end), **more}
