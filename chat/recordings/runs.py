"""The segments of a transcript, gathered under the name of who speaks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.safestring import SafeString

BRIEF_WORDS, BRIEF_CHARACTERS = 3, 20
"""What is no longer than this, and no question, does not take the floor: "Mm.", "Yeah, sure."."""


@dataclass(frozen=True, kw_only=True)
class ShownSegment:
    """A segment as the page shows it: ``text`` is HTML."""

    number: int
    speaker: str
    start: float | None
    end: float | None
    text: SafeString
    is_brief: bool = False


@dataclass(frozen=True)
class Run:
    """Segments under one heading: those of ``speaker``, and between them what others threw in.

    It ``continues`` a run whose first segments are not shown with it.
    """

    speaker: str
    segments: list[ShownSegment] = field(default_factory=list)
    continues: bool = False


def is_brief(text: str) -> bool:
    """Return whether a text is so short that its speaker leaves the floor to another."""
    text = text.strip()
    asks = text.endswith(("?", "\N{FULLWIDTH QUESTION MARK}"))
    return not asks and len(text) <= BRIEF_CHARACTERS and len(text.split()) <= BRIEF_WORDS


def by_speaker(segments: Iterable[ShownSegment]) -> list[Run]:
    """Return a run for each change of the speaker."""
    return [Run(speaker, list(run)) for speaker, run in groupby(segments, lambda segment: segment.speaker)]


def with_asides(segments: Iterable[ShownSegment]) -> list[Run]:
    """Return a run for each change of the floor: brief words between two segments of one speaker do not change it.

    Speakers who exchange only brief words take turns at the floor as usual.
    """
    parts = by_speaker(segments)
    runs: list[Run] = []
    at = 0
    while at < len(parts):
        run = Run(parts[at].speaker, list(parts[at].segments))
        runs.append(run)
        at += 1
        while (back := _next_of(run, parts, at)) is not None:
            for part in parts[at : back + 1]:
                run.segments.extend(part.segments)
            at = back + 1
    return runs


def within(runs: Iterable[Run], first: int, last: int) -> list[Run]:
    """Return what the runs have of the segments from ``first`` to ``last`` inclusive."""
    kept = ((run, [each for each in run.segments if first <= each.number <= last]) for run in runs)
    return [Run(run.speaker, segments, continues=run.segments[0].number < first) for run, segments in kept if segments]


def _next_of(run: Run, parts: Sequence[Run], at: int) -> int | None:
    """Return where the run's speaker goes on after nothing but brief words of others; None if that does not happen."""
    if all(segment.is_brief for segment in run.segments if segment.speaker == run.speaker):
        return None
    for place in range(at, len(parts)):
        if parts[place].speaker == run.speaker:
            return place
        if not all(segment.is_brief for segment in parts[place].segments):
            return None
    return None
