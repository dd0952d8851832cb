"""whisper.cpp and CrispASR: a transcription whose segments have offsets in milliseconds, with tokens or words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...draft import NOT_A_TURN, Draft
from ...spoken import Spoken
from ...transcript import Unreadable
from .crispasr import CENTISECOND
from .entries import MILLISECOND, Keys, at, entries, has_text

NAME = "whisper.cpp"
_KEYS = Keys(start=(("offsets", "from"),), end=(("offsets", "to"),), unit=MILLISECOND)
_STAMPS = Keys(start=(("timestamps", "from"),), end=(("timestamps", "to"),))
_TICKS = Keys(start=("t0",), end=("t1",), unit=CENTISECOND)


def recognises(value: Any) -> bool:
    """Return whether there is a transcription of segments with offsets or timestamps."""
    found = entries(value, "transcription")
    return any(isinstance(at(entry, key), dict) for entry in found for key in ("offsets", "timestamps")) or any(
        "t0" in entry for entry in found
    )


def add(draft: Draft, value: Any) -> None:
    """Add each segment, with the times of its words, or of the words that its tokens make."""
    segments = value["transcription"]
    if not has_text(segments, _KEYS):
        raise Unreadable("its segments have no text")
    for segment in segments:
        spoken = _spoken(segment)
        if spoken:
            words = list(_words(segment))
            draft.add(spoken.text, speaker=spoken.speaker, start=spoken.start, end=spoken.end, words=words)
        else:
            draft.skip(NOT_A_TURN)


def _spoken(entry: Any) -> Spoken | None:
    """Return an entry with its times, wherever they stand."""
    found = [spoken for keys in (_KEYS, _STAMPS, _TICKS) if (spoken := keys.spoken(entry))]
    return next((spoken for spoken in found if spoken.start is not None), found[0] if found else None)


def _words(segment: Any) -> Iterator[Spoken]:
    """Yield the words of a segment: a token without a blank before it goes on with the last word."""
    if words := entries(segment, "words"):
        yield from (word for entry in words if (word := _spoken(entry)))
        return
    last: Spoken | None = None
    for token in (token for entry in entries(segment, "tokens") if (token := _spoken(entry))):
        if token.text.startswith("[_"):  # a mark of the model, such as [_BEG_]
            continue
        if last and not token.text[:1].isspace():
            last = last._replace(text=last.text + token.text, end=token.end)
            continue
        if last:
            yield last
        last = token
    if last:
        yield last
