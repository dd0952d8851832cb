"""A source as its panel shows it: the quoted words with what was said around them, and how to hear just these words.

What its reader may hear is asked anew each time that a source is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.safestring import SafeString

from ..addresses import address
from ..models import Job, JobState, Quotation, Recording, Segment, Turn
from ..recordings.words import MarkedWords, Span, marked
from .rendering import turns_of
from .sources import Source

CONTEXT = 2
"""Segments that are shown on either side of the cited one."""
MARGIN = 0.3
"""Seconds that are played before the first quoted word, and after the last one."""

UNHEARD = "You may no longer hear the recording of this source, so its words are not shown."
DELETED = "The recording was deleted, and its audio with it. These are the words that the answer has kept."
GONE = "The transcript no longer has this place. These are the words that the answer has kept."
WITHDRAWN = "The audio of this recording was withdrawn on {}. Its transcript stays: read the words here."
NO_AUDIO = "This recording has no audio, only a transcript: read the words here."
PROCESSING = (
    "The audio of this recording is still being processed. Read the words here, and open the source again later."
)
NO_TIMES = "The transcript does not say when this was said. Listen to the whole recording on its page."
ABOUT_HERE = "About here: the transcript has no times for single words, so this whole part is played."
ASK_FOR_ACCESS = "Ask somebody who manages its collection to let you hear it again."


@dataclass(frozen=True)
class Sound:
    """What is played of the audio at an address, in seconds: exactly the quoted words, or else all of the segment.

    ``end`` is None where nobody knows when the segment ends.
    """

    address: str
    start: float
    end: float | None
    is_exact: bool


@dataclass(frozen=True)
class Line:
    """A segment around or with the quoted words. ``text`` is HTML; ``is_new`` says that its speaker begins here."""

    segment: Segment
    text: SafeString
    is_cited: bool
    is_new: bool


@dataclass(frozen=True)
class OpenedSource:
    """A source that its reader has opened, with the quotations of its answer that the reader may see."""

    source: Source
    reader_id: int
    quotations: Sequence[Quotation] = ()

    @cached_property
    def recording(self) -> Recording | None:
        """The recording, if it is there and the reader hears it now."""
        if not self.source.citation.is_heard:
            return None
        heard = Recording.objects.heard_by(self.reader_id).select_related("withdrawn_audio")
        return heard.filter(uuid=self.source.citation.recording_uuid).first()

    @cached_property
    def lines(self) -> list[Line]:
        """The cited segment with the quoted words marked, and the segments around it; none if it is not there."""
        if self._segment is None:
            return []
        before = ["", *(segment.speaker for segment in self._around)]
        return [
            Line(
                segment,
                marked(segment.text, self._spans if segment == self._segment else ()),
                is_cited=segment == self._segment,
                is_new=at == 0 or segment.speaker != before[at],
            )
            for at, segment in enumerate(self._around)
        ]

    @cached_property
    def sound(self) -> Sound | None:
        """What there is to hear; None if there is nothing, or no time to find it by."""
        recording, segment = self.recording, self._segment
        if recording is None or segment is None or not recording.audio:
            return None
        place = address("chat:recording-audio", recording.uuid)
        times = segment.times_of(self._spans[0].start, self._spans[-1].end) if self._spans else None
        if times is not None:
            return Sound(place, _rounded(max(0.0, times[0] - MARGIN)), _rounded(times[1] + MARGIN), is_exact=True)
        return None if segment.start is None else Sound(place, segment.start, segment.end, is_exact=False)

    @property
    def note(self) -> str:
        """What is to be said of the words or their sound, in a sentence; empty if the quoted words can be heard."""
        if not self.source.citation.is_heard:
            return UNHEARD
        if self.recording is None:
            return DELETED
        return GONE if self._segment is None else self._silence(self.recording)

    @property
    def advice(self) -> str:
        """What the reader can do where nothing is shown."""
        return "" if self.source.citation.is_heard else ASK_FOR_ACCESS

    @property
    def moment(self) -> str:
        """The address of the page of the recording, at the quoted words and the time at which they begin."""
        if self.recording is None or self._segment is None:
            return ""
        start = self.sound.start if self.sound else self._segment.start
        words = MarkedWords(self._segment.number, self._quoted) if self._quoted else None
        query = [f"t={start:g}" if start is not None else "", f"words={words}" if words else ""]
        asked = "&".join(filter(None, query))
        return f"{self.recording.get_absolute_url()}{f'?{asked}' if asked else ''}#segment-{self._segment.number}"

    @property
    def place(self) -> str:
        """When it was said: ``0:42–0:48``; empty if that is not known."""
        return self.source.time

    def _silence(self, recording: Recording) -> str:
        """Return why the quoted words cannot be heard, or not alone."""
        if recording.audio_withdrawal:
            day = timezone.localtime(recording.audio_withdrawal.withdrawn_at)
            return WITHDRAWN.format(f"{day.day} {day:%B %Y}")
        if not recording.audio:
            is_unfinished = Job.objects.filter(recording=recording).exclude(state=JobState.READY).exists()
            return PROCESSING if is_unfinished else NO_AUDIO
        if self.sound is None:
            return NO_TIMES
        return "" if self.sound.is_exact else ABOUT_HERE

    @cached_property
    def _around(self) -> list[Segment]:
        number = self.source.citation.segment
        if self.recording is None:
            return []
        return list(
            self.recording.segments.filter(number__range=(number - CONTEXT, number + CONTEXT)).order_by("number")
        )

    @cached_property
    def _segment(self) -> Segment | None:
        """The cited segment, if it still says what the answer has quoted."""
        citation = self.source.citation
        found = (segment for segment in self._around if segment.number == citation.segment)
        return next((segment for segment in found if citation.excerpt in segment.text), None)

    @cached_property
    def _spans(self) -> list[Span]:
        """The quoted words in the cited segment, or else all of the excerpt, in their order."""
        if self._segment is None or self._quoted:
            return self._quoted
        at = self._segment.text.find(self.source.citation.excerpt)
        return [Span(at, at + len(self.source.citation.excerpt))]

    @cached_property
    def _quoted(self) -> list[Span]:
        """What the answer quotes of the cited segment, or else what its source marks; nothing if that is all of it."""
        if self._segment is None:
            return []
        place = (self.source.citation.number, self._segment.number)
        found = (each for each in self.quotations if (each.number, each.segment) == place)
        spans = {Span(each.first or 0, each.last or 0) for each in found}
        marked_there = self.source.words.spans if self.source.words else ()
        return sorted(spans or marked_there, key=lambda span: span.start)


def opened_source(turn: Turn, number: int, reader_id: int) -> OpenedSource | None:
    """Return a source of a turn, cited or given, for a reader; None if the turn has none with this number."""
    page = turns_of(turn.conversation, reader_id, among=Turn.objects.filter(pk=turn.pk))
    for shown in page.turns:
        for source in (*shown.sources, *shown.given):
            if source.citation.number == number:
                return OpenedSource(source, reader_id, shown.quotations)
    return None


def _rounded(seconds: float) -> float:
    return round(seconds, 3)
