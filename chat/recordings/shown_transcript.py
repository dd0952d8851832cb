"""A transcript as its page shows it: whole, or the segments of one speaker and those with some words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from ..models import Recording, Segment
from ..query import page_number, search_text
from ..search.query import NO_WORDS
from ..terms import words
from . import words as linked_words
from .finding import found_in
from .runs import Run, ShownSegment, by_speaker, is_brief, with_asides

PAGE = 100
"""Segments on a page of those that were found."""
UNKNOWN = "?"
"""What ``?speaker=`` calls the speakers whose name is not known."""
SPEAKER_LIMIT = 120


@dataclass(frozen=True)
class Wanted:
    """What a reader wants to see: the segments of a ``speaker`` with all words of a ``text``; empty for any."""

    speaker: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def by(cls, request: HttpRequest) -> Wanted:
        """Return what ``?speaker=``, ``?q=`` and ``?page=`` say."""
        speaker = request.GET.get("speaker", "").replace("\0", "")[:SPEAKER_LIMIT]
        return cls(speaker, " ".join(search_text(request).split()), page_number(request))

    @property
    def words(self) -> list[str]:
        return list(dict.fromkeys(words(self.text)))

    @property
    def refusal(self) -> str:
        """Why nothing can be found; empty if it can."""
        return NO_WORDS if self.text and not self.words else ""


class ShownTranscript:
    """The segments of a recording that a reader wants to see."""

    def __init__(self, recording: Recording, wanted: Wanted, linked: linked_words.MarkedWords | None = None) -> None:
        self.recording = recording
        self.wanted = wanted
        self.linked = linked
        self._all = list(Segment.objects.filter(recording=recording).order_by("number"))

    @property
    def is_whole(self) -> bool:
        """Whether all segments are shown, with their context."""
        return not self.wanted.speaker and not self.wanted.text

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said in the recording."""
        return not self._all

    @cached_property
    def speakers(self) -> list[str]:
        """The speakers, in the order of their first words."""
        return list(dict.fromkeys(segment.speaker for segment in self._all if segment.speaker))

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The values and names of the speakers that can be chosen."""
        has_unknown = any(not segment.speaker for segment in self._all)
        named = [(speaker, speaker) for speaker in self.speakers if speaker != UNKNOWN]
        return named + ([(UNKNOWN, "Unknown speaker")] if has_unknown or UNKNOWN in self.speakers else [])

    @property
    def speaker_name(self) -> str:
        """The name of the speaker that is wanted, as the choices have it."""
        return dict(self.choices).get(self.wanted.speaker, self.wanted.speaker)

    @property
    def runs(self) -> list[Run]:
        """The segments of the page, under the names of their speakers."""
        if self.is_whole:
            return with_asides([self._shown(segment, self._linked_spans(segment)) for segment in self._all])
        return by_speaker(self._shown(segment, spans) for segment, spans in self.page)

    @cached_property
    def page(self) -> Page[tuple[Segment, Sequence[linked_words.Span]]]:
        """The page of what was found, with the places of the words in each segment."""
        return Paginator(self._found(), PAGE).get_page(self.wanted.page)

    def _found(self) -> list[tuple[Segment, Sequence[linked_words.Span]]]:
        if self.wanted.refusal:
            return []
        names = {self.wanted.speaker} if self.wanted.speaker != UNKNOWN else {UNKNOWN, ""}
        spoken = [segment for segment in self._all if not self.wanted.speaker or segment.speaker in names]
        asked = self.wanted.words
        if not asked:
            return [(segment, ()) for segment in spoken]
        return [(segment, spans) for segment in spoken if (spans := found_in(segment.text, asked))]

    def _linked_spans(self, segment: Segment) -> Sequence[linked_words.Span]:
        return self.linked.spans if self.linked and self.linked.segment == segment.number else ()

    def _shown(self, segment: Segment, spans: Sequence[linked_words.Span]) -> ShownSegment:
        return ShownSegment(
            number=segment.number,
            speaker=segment.speaker,
            start=segment.start,
            end=segment.end,
            text=linked_words.marked(segment.text, spans),
            is_brief=is_brief(segment.text),
        )
