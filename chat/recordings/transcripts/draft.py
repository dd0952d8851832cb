"""A transcript while it is read: the draft cleans what is added and counts what is left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from unicodedata import category

from .spoken import LONGEST_TIME, Spoken, times_in
from .transcript import Transcript, Unreadable, Utterance

NO_TEXT = "no text"
UNREADABLE_CUE = "cue with an unreadable time (text kept)"
STRAY_TEXT = "text outside a cue"
HEADING = "line before the first speaker"
REMARK = "remark of a program"
UNLABELLED = "line without speaker and time (text kept)"
NOT_A_TURN = "entry that is not a turn"
BAD_TIME = "unusable time (text kept)"
BACKWARDS = "end before start (text kept)"
NOT_FINAL = "result that is not final"
ANOTHER_LIST = "turn in another list of the file"
TRANSLATION = "part of a translation"

LONGEST_TEXT = 200_000
"""Characters in one utterance; PostgreSQL cannot index a text that is much longer."""
SPEAKER_LIMIT = 120
TITLE_LIMIT = 200

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the text on one line, without control characters and repeated white space, otherwise verbatim."""
    printable = _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))
    return " ".join(printable.split())


def clip(text: str, limit: int) -> str:
    """Return the text in at most ``limit`` characters; an ellipsis marks a cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


@lru_cache(maxsize=1024)  # a talk has few names
def _name(speaker: str) -> str:
    """Return a name that fits; nobody is called ``-`` or ``???``."""
    name = clip(clean(speaker), SPEAKER_LIMIT)
    return name if any(category(mark)[0] in "LNS" for mark in name) else ""


class Draft:
    """Collects utterances for a ``Transcript``. ``recorded_on`` is the date of the first, where its time is a date."""

    def __init__(self) -> None:
        self.utterances: list[Utterance] = []
        self.skipped: Counter[str] = Counter()
        self.recorded_on: date | None = None

    def add(
        self,
        text: str,
        *,
        speaker: str = "",
        start: float | None = None,
        end: float | None = None,
        words: Sequence[Spoken] = (),
    ) -> None:
        """Add an utterance; only count one without text. Leave out, and count, a time that makes no sense.

        ``words`` are those that the text is made of; they may be spelt in another way. Raise ``Unreadable`` if the text
        is too long.
        """
        said = clean(text)
        if not said:
            self.skip(NO_TEXT)
            return
        if len(said) > LONGEST_TEXT:
            number = len(self.utterances) + 1
            raise Unreadable(f"turn {number} has {len(said):,} characters; at most {LONGEST_TEXT:,} can be searched")
        start, end = self._times(start, end)
        times = times_in(said, words) if words else ()
        self.utterances.append(Utterance(_name(speaker), said, start, end, times))

    def skip(self, reason: str, count: int = 1) -> None:
        if count:
            self.skipped[reason] += count

    def finish(self, title: str, recorded_on: date | None) -> Transcript:
        """Return the transcript. Raise ``Unreadable`` if it has no utterances."""
        if not self.utterances:
            skipped = ", ".join(f"{count} × {reason}" for reason, count in self.skipped.items())
            raise Unreadable("contains no speech" + (f"; skipped: {skipped}" if skipped else ""))
        heading = clip(clean(title), TITLE_LIMIT) or "Recording"
        return Transcript(heading, tuple(self.utterances), recorded_on or self.recorded_on, self.skipped)

    def _times(self, start: float | None, end: float | None) -> tuple[float | None, float | None]:
        start, end = self._time(start), self._time(end)
        if start is None:
            return None, None
        if end is not None and end < start:
            self.skip(BACKWARDS)
            return start, None
        return start, end

    def _time(self, value: float | None) -> float | None:
        if value is None or 0 <= value <= LONGEST_TIME:
            return value
        self.skip(BAD_TIME)  # also NaN, for which both comparisons are false
        return None
