"""The sources of an answer: its citations as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from ..addresses import address
from ..display import clock, shown
from ..models import UNHEARD_SOURCE, Citation, Quotation
from ..recordings.words import MarkedWords, Span, marked
from .quoted import quoted

WIDTH = 1_000
"""The width of a timeline in its own units."""
_SMALLEST = 10
_TICKS = (10, 30, 60, 300, 600, 1_800, 3_600)
_TICKS_LIMIT = 24


@dataclass(frozen=True)
class Timeline:
    """Where in its recording a moment lies: positions are in thousandths of the recording's length."""

    at: int
    length: int
    ticks: Sequence[int]
    duration: float


@dataclass(frozen=True)
class Source:
    """A citation with the answer that cites it. ``said`` is the text of the cited segment, empty if it is gone.

    ``places`` are those in the excerpt whose words the answer has, in quotation marks or five in a row.
    """

    citation: Citation
    answer: str
    said: str = ""
    places: Sequence[Span] = ()

    @property
    def is_quoted(self) -> bool:
        """Whether the answer has words of it."""
        return bool(self.places)

    @property
    def name(self) -> str:
        """What a marker that leads here is called: ``Source 2: Mara Quist, 0:42, Heron launch retrospective``."""
        cited = self.citation
        if not cited.is_heard:
            return f"Source {cited.number}: {UNHEARD_SOURCE}"
        parts = [cited.speaker, clock(cited.start), cited.recording_title]
        return f"Source {cited.number}: {', '.join(shown(part) for part in parts if part)}"

    @property
    def moment(self) -> str:
        """What its ▶ plays: ``source 2, Mara Quist, 0:42``."""
        parts = [f"source {self.citation.number}", shown(self.citation.speaker), clock(self.citation.start)]
        return ", ".join(part for part in parts if part)

    @property
    def time(self) -> str:
        """When it was said: ``0:42–0:48``; empty if that is not known."""
        start, end = clock(self.citation.start), clock(self.citation.end)
        return f"{start}–{end}" if start and end else start

    @property
    def excerpt(self) -> SafeString:
        """The excerpt as HTML, with the words marked that the answer uses."""
        return marked(self.citation.excerpt, self._quoted)

    @cached_property
    def address(self) -> str:
        """The segment in its recording, with the quoted words marked; empty if the recording was deleted."""
        if self.citation.recording is None:
            return ""
        if not self.words:
            return self.citation.recording.address_of(self.citation.segment)
        place = f"?words={self.words}#segment-{self.citation.segment}"
        return f"{self.citation.recording.get_absolute_url()}{place}"

    @cached_property
    def audio(self) -> str:
        """The address of the sound; empty if there is none, or no time to play it from."""
        recording = self.citation.recording
        if recording is None or not recording.audio or self.citation.start is None:
            return ""
        return address("chat:recording-audio", recording.uuid)

    @cached_property
    def timeline(self) -> Timeline | None:
        """Where in the recording it lies; None if the times are unknown."""
        recording, start, end = self.citation.recording, self.citation.start, self.citation.end
        if recording is None or start is None or not recording.duration:
            return None
        duration = max(recording.duration, end or start)
        at = min(round(start / duration * WIDTH), WIDTH - _SMALLEST)
        length = round(((end or start) - start) / duration * WIDTH)
        return Timeline(at, min(max(length, _SMALLEST), WIDTH - at), _ticks(duration), duration)

    @cached_property
    def words(self) -> MarkedWords | None:
        """The quoted words, or else the whole excerpt, as positions in the segment; None if it has neither."""
        offset = self.said.find(self.citation.excerpt)
        whole = [Span(0, len(self.citation.excerpt))] if len(self.citation.excerpt) < len(self.said) else []
        spans = [Span(span.start + offset, span.end + offset) for span in self._quoted or whole]
        return MarkedWords(self.citation.segment, spans) if spans and offset >= 0 else None

    @cached_property
    def _quoted(self) -> Sequence[Span]:
        return self.places or quoted(self.citation.excerpt, self.answer, self.citation.number)


def sources_of(citations: Sequence[Citation], answer: str, quotations: Sequence[Quotation] = ()) -> list[Source]:
    """Return the sources of an answer with these quotations; a citation has the attribute ``said``."""
    said = [getattr(citation, "said", None) or "" for citation in citations]
    return [
        Source(citation, answer, text, _places(citation, text, quotations) if quotations else ())
        for citation, text in zip(citations, said, strict=True)
    ]


def _places(citation: Citation, said: str, quotations: Sequence[Quotation]) -> tuple[Span, ...]:
    """Return which words of the excerpt are quoted, those that overlap as one."""
    begin, length = max(said.find(citation.excerpt), 0), len(citation.excerpt)
    places: list[Span] = []
    for first, last in sorted(each.place for each in quotations if each.is_of(citation)):
        start, end = max(first - begin, 0), min(last - begin, length)
        if places and start <= places[-1].end:
            before = places.pop()
            start, end = before.start, max(before.end, end)
        if start < end:
            places.append(Span(start, end))
    return tuple(places)


def counted(sources: Sequence[Source], noun: str) -> str:
    """Return how many sources there are, in words."""
    return f"{len(sources)} {noun}{'' if len(sources) == 1 else 's'}"


@lru_cache(maxsize=512)
def _ticks(duration: float) -> Sequence[int]:
    """Return the places of a ruler's ticks: round times, at most 24 of them."""
    step = next((step for step in _TICKS if duration / step <= _TICKS_LIMIT), _TICKS[-1] * 4)
    return [round(at / duration * WIDTH) for at in range(step, int(duration) + 1, step) if at < duration][:100]
