"""The pieces of a long transcript: numbered pages, and what a script asks for while the reader scrolls.

Segments are numbered without gaps, so that every piece is a range of numbers, which the database finds by an index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import QuerySet

from ..models import Recording, Segment

LENGTH = 500
"""Segments of a piece that a script asks for."""
BEFORE = 100
"""Segments before the one that a piece is about."""
CONTEXT = 20
"""Segments on either side of a piece that are read to tell who has the floor at its ends."""

_NAMES = ("after", "before", "around", "at")
_DIGITS = 9


class SegmentRow(NamedTuple):
    """What a page shows of a segment. To read it as a model takes several times as long, and a page has thousands."""

    number: int
    speaker: str
    start: float | None
    end: float | None
    text: str


@dataclass(frozen=True)
class Piece:
    """The segments from ``first`` to ``last`` inclusive; none if ``last`` is smaller."""

    first: int
    last: int

    def read(self, recording: Recording) -> list[SegmentRow]:
        """Return its segments in order, with their ``CONTEXT``."""
        if self.last < self.first:
            return []
        numbers = (self.first - CONTEXT, self.last + CONTEXT)
        return rows(recording.segments.filter(number__range=numbers))


def rows(segments: QuerySet[Segment]) -> list[SegmentRow]:
    """Return the segments in order."""
    return [SegmentRow(*row) for row in segments.order_by("number").values_list(*SegmentRow._fields)]


def page(number: int, total: int) -> Piece:
    """Return a page of the transcript; the last one if it has fewer pages."""
    number = min(max(number, 1), Segment.page_of(total))
    first = (number - 1) * Segment.ON_PAGE + 1
    return Piece(first, min(first + Segment.ON_PAGE - 1, total))


def is_asked(query: Mapping[str, str]) -> bool:
    """Return whether a query asks for a piece, rightly or not."""
    return any(name in query for name in _NAMES)


def asked(query: Mapping[str, str], recording: Recording, total: int) -> Piece | None:
    """Return the piece that ``?after=``, ``?before=`` or ``?around=`` a number asks for, or ``?at=`` a time in seconds.

    Return None if nothing of it is asked for, or it is not written like that.
    """
    after, before, around = (_number(query.get(name, "")) for name in _NAMES[:3])
    if after is not None:
        return Piece(after + 1, min(after + LENGTH, total))
    if before is not None:
        last = min(before - 1, total)
        return Piece(max(last - LENGTH + 1, 1), last)
    if around is None:
        around = number_at(query.get("at", ""), recording)
    if around is None:
        return None
    first = max(min(around, total) - BEFORE, 1)
    return Piece(first, min(first + LENGTH - 1, total))


def number_at(text: str, recording: Recording) -> int | None:
    """Return the number of the segment that began last at a time in seconds; the first one if none has.

    Return None if the text is no time.
    """
    time = _time(text)
    if time is None:
        return None
    begun = recording.segments.filter(start__lte=time).order_by("-start", "-number")
    return begun.values_list("number", flat=True).first() or 1


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def _time(text: str) -> float | None:
    whole, _, part = text.partition(".")
    is_time = _number(whole) is not None and (part == "" or (part.isascii() and part.isdigit()))
    return float(f"{whole}.{part or 0}") if is_time else None
