"""A transcript as its page shows it: a piece of the whole, or the segments of one speaker and those with some words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Max, Min

from ..models import Recording, Segment
from . import pieces
from . import words as linked_words
from .finding import found_in, numbers_with
from .pieces import Piece, SegmentRow
from .runs import Run, ShownSegment, by_speaker, is_brief, with_asides, within
from .wanted import UNKNOWN, Wanted

PAGE = 100
"""Segments on a page of those that were found."""


class ShownTranscript:
    """The segments of a recording that a reader wants to see."""

    def __init__(self, recording: Recording, wanted: Wanted, linked: linked_words.MarkedWords | None = None) -> None:
        self.recording = recording
        self.wanted = wanted
        self.linked = linked

    @cached_property
    def total(self) -> int:
        """The number of its segments, which is that of the last one."""
        return max(self._last_words.values(), default=0)

    @property
    def is_whole(self) -> bool:
        """Whether segments are shown in their context, not only those that were found."""
        return not self.wanted.speaker and not self.wanted.text

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said in the recording."""
        return not self.total

    @property
    def is_long(self) -> bool:
        """Whether it has several pages."""
        return self.total > Segment.ON_PAGE

    @property
    def speakers(self) -> list[str]:
        """The speakers, in the order of their first words."""
        return [name for name in self._last_words if name]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The values and names of the speakers that can be chosen."""
        named = [(speaker, speaker) for speaker in self.speakers if speaker != UNKNOWN]
        return named + ([(UNKNOWN, "Unknown speaker")] if {"", UNKNOWN} & set(self._last_words) else [])

    @property
    def speaker_name(self) -> str:
        """The name of the speaker that is wanted, as the choices have it."""
        return dict(self.choices).get(self.wanted.speaker, self.wanted.speaker)

    @cached_property
    def piece(self) -> Piece:
        """The segments that are shown of the whole: those that were asked for, or else a page."""
        asked = pieces.asked(self.wanted.query, self.recording, self.total)
        return asked or pieces.page(self._page_number, self.total)

    @property
    def pages(self) -> Page[int]:
        """The numbered pages of the whole, at the one that is shown."""
        return Paginator(range(1, self.total + 1), Segment.ON_PAGE).get_page(Segment.page_of(self.piece.first))

    @property
    def page_numbers(self) -> list[int | str]:
        """The numbers of the first, the last and the nearest pages, and an ellipsis for others between them."""
        return list(self.pages.paginator.get_elided_page_range(self.pages.number, on_each_side=2, on_ends=1))

    @cached_property
    def runs(self) -> list[Run]:
        """The segments that are shown, under the names of their speakers."""
        if not self.is_whole:
            return by_speaker(shown_segment(*found) for found in self._found)
        read = self._opening if self._opens_at_start else self.piece.read(self.recording)
        runs = with_asides(shown_segment(segment, self._linked_spans(segment)) for segment in read)
        return within(runs, self.piece.first, self.piece.last)

    @cached_property
    def page(self) -> Page[int]:
        """The page of the numbers of what was found."""
        return Paginator(self._numbers(), PAGE).get_page(self.wanted.page)

    @cached_property
    def _last_words(self) -> dict[str, int]:
        """The number of the last segment of each speaker, in the order of their first ones."""
        if self._opens_at_start and len(self._opening) <= Segment.ON_PAGE:
            return {segment.speaker: segment.number for segment in self._opening}
        spoken = self.recording.segments.values_list("speaker")
        rows = spoken.annotate(first=Min("number"), last=Max("number")).order_by("first")
        return {name: last for name, _, last in rows}

    @cached_property
    def _opening(self) -> list[SegmentRow]:
        """The segments of the first page, with their context: all of a transcript that is not long."""
        return Piece(1, Segment.ON_PAGE).read(self.recording)

    @property
    def _opens_at_start(self) -> bool:
        return self.is_whole and self._page_number == 1 and not pieces.is_asked(self.wanted.query)

    @property
    def _page_number(self) -> int:
        if "page" in self.wanted.query:
            return self.wanted.page
        if self.linked:
            return Segment.page_of(self.linked.segment)
        return Segment.page_of(pieces.number_at(self.wanted.query.get("t", ""), self.recording) or 1)

    def _numbers(self) -> Sequence[int]:
        """Return the numbers of the segments that are wanted."""
        if self.wanted.refusal:
            return []
        name = self.wanted.speaker
        speakers = {name, ""} if name == UNKNOWN else {name} - {""}
        if self.wanted.words:
            return numbers_with(self.wanted.words, speakers, self.recording)
        spoken = self.recording.segments.filter(speaker__in=speakers).order_by("number")
        return list(spoken.values_list("number", flat=True))

    @property
    def _found(self) -> list[tuple[SegmentRow, Sequence[linked_words.Span]]]:
        """The segments of the page of what was found, with the places of the words in each."""
        segments = self.recording.segments.filter(number__in=list(self.page))
        asked = self.wanted.words
        return [
            (segment, found_in(segment.text, asked, self.recording.language) if asked else ())
            for segment in pieces.rows(segments)
        ]

    def _linked_spans(self, segment: SegmentRow) -> Sequence[linked_words.Span]:
        return self.linked.spans if self.linked and self.linked.segment == segment.number else ()


def shown_segment(segment: SegmentRow, spans: Sequence[linked_words.Span] = ()) -> ShownSegment:
    """Return a segment as a page shows it, with these parts of its text marked."""
    return ShownSegment(
        number=segment.number,
        speaker=segment.speaker,
        start=segment.start,
        end=segment.end,
        text=linked_words.marked(segment.text, spans),
        is_brief=is_brief(segment.text),
    )
