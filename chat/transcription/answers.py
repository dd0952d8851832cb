"""The answers of transcription servers like OpenAI's: ``verbose_json`` and ``diarized_json``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import inf

import msgspec

from .heard import Heard, Said, Word
from .interface import TranscriptionFailed
from .languages import language_code

PAUSE = 0.8
"""Seconds between two words that begin a new segment, where a server sends words alone."""
NO_SPEECH = 0.6
UNSURE = -1.0
NOT_A_TRANSCRIPT = "The transcription service sent an answer that is not a transcript."
NO_TIMES = (
    "The transcription service sent text without times, so nobody could listen to what an answer quotes. The operator"
    " of this site must choose a model that gives times, such as whisper-1."
)


class _Word(msgspec.Struct):
    start: float
    end: float
    word: str = ""
    text: str = ""


class _Segment(msgspec.Struct):
    text: str
    start: float
    end: float
    speaker: str | int | None = None
    words: list[_Word] | None = None
    no_speech_prob: float | None = None
    avg_logprob: float | None = None

    @property
    def is_imagined(self) -> bool:
        """Whether Whisper thinks that nobody spoke and is unsure of the text, which is then made up: its own rule."""
        return (self.no_speech_prob or 0) > NO_SPEECH and (self.avg_logprob or 0) < UNSURE


class _Answer(msgspec.Struct):
    text: str = ""
    language: str | None = None
    segments: list[_Segment] | None = None
    words: list[_Word] | None = None


_read = msgspec.json.Decoder(_Answer, strict=False).decode


def heard_in(answer: bytes) -> Heard:
    """Return what an answer says. Raise ``TranscriptionFailed`` if it is no transcript, or has no times."""
    try:
        found = _read(answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise TranscriptionFailed(NOT_A_TRANSCRIPT, again=True) from None
    words = [*_words(found.words)]
    said = [*(_segments(found.segments, words) if found.segments else _by_pauses(words))]
    if found.text.strip() and not (said or found.segments):
        raise TranscriptionFailed(NO_TIMES)
    return Heard(tuple(said), language_code(found.language))


def _segments(segments: Sequence[_Segment], words: Sequence[Word]) -> Iterator[Said]:
    """Yield the segments, each with its own words, or with those of all words that are said in its time."""
    ends = [*(segment.start for segment in segments[1:]), inf]
    left = list(words)
    for segment, following in zip(segments, ends, strict=False):
        own = [*_words(segment.words)]
        if not own:
            count = next((at for at, word in enumerate(left) if word.middle >= following), len(left))
            own, left = left[:count], left[count:]
        if segment.text.strip() and not segment.is_imagined and 0 <= segment.start <= segment.end < inf:
            speaker = "" if segment.speaker is None else str(segment.speaker).strip()
            yield Said(segment.text.strip(), segment.start, segment.end, speaker, own)


def _words(words: Sequence[_Word] | None) -> Iterator[Word]:
    for word in words or ():
        text = (word.word or word.text).strip()
        if text and 0 <= word.start <= word.end < inf:
            yield Word(text, word.start, word.end)


def _by_pauses(words: Sequence[Word]) -> Iterator[Said]:
    """Yield segments that end at pauses, of words that came without segments."""
    number, last = 0, -inf
    numbers = []
    for word in words:
        number += word.start - last > PAUSE
        last = word.end
        numbers.append(number)
    for _, group in groupby(zip(numbers, words, strict=True), key=lambda pair: pair[0]):
        own = [word for _, word in group]
        yield Said(" ".join(word.text for word in own), own[0].start, own[-1].end, "", own)
