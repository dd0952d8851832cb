"""Tables with tabs or bars: Whisper's ``.tsv`` (``start end text`` in milliseconds), and ``0:05 | Ana | …``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from ..clock import CLOCK, seconds
from ..cues import Part, add_parts
from ..draft import Draft
from ..labels import is_name
from ..source import JSON_SUFFIXES, Source
from ..transcript import Transcript, Unreadable

_STARTS = frozenset({"start", "begin", "time", "timestamp", "start time", "start_time", "from"})
_ENDS = frozenset({"end", "stop", "end time", "end_time", "to"})
_SPEAKERS = frozenset({"speaker", "name", "who", "speaker name", "speaker_name", "participant"})
_TEXTS = frozenset({"text", "transcript", "content", "sentence", "utterance", "caption"})
_TIME = re.compile(rf"[\[(]?(?P<time>{CLOCK}|\d+(?:\.\d+)?)[\])]?")
_MOST = 0.9
_FIRST_LINES = 200
_LONGEST_IN_SECONDS = 100
"""A cue that is longer than this is in milliseconds."""


@dataclass(frozen=True)
class _Columns:
    text: int
    start: int | None = None
    end: int | None = None
    speaker: int | None = None
    has_header: bool = False


def recognises(source: Source) -> bool:
    """Return whether nearly all lines have the same parts, among them a text and a time or a name."""
    return source.suffix == ".tsv" or (source.suffix not in JSON_SUFFIXES and bool(_columns(_rows(source))))


def read(source: Source) -> Transcript:
    """Read the rows; a line without parts continues the one before it."""
    draft, rows = Draft(), _rows(source)
    columns = _columns(rows)
    if not columns:
        raise Unreadable("a table without columns for time and text, such as start, end and text", line=1)
    rows = rows[1:] if columns.has_header else rows
    unit = _unit(rows, columns)
    add_parts(draft, list(_parts(rows, columns, unit)))
    return draft.finish(source.title, source.recorded_on)


def _rows(source: Source) -> list[list[str]]:
    lines = [line for line in source.text.split("\n") if line.strip()]
    for separator in ("\t", "|"):
        if sum(separator in line for line in lines[:_FIRST_LINES]) < _MOST * min(len(lines), _FIRST_LINES):
            continue
        rows = [line.strip(" |").split(separator) if separator == "|" else line.split(separator) for line in lines]
        rows = [[cell.strip() for cell in row] for row in rows if not set("".join(row)) <= set("-: ")]
        if sum(len(row) > 1 for row in rows) >= max(1, _MOST * len(rows)):
            return rows
    return []


def _columns(rows: Sequence[Sequence[str]]) -> _Columns | None:
    if not rows:
        return None
    header = [cell.lower() for cell in rows[0]]
    if set(header) & _TEXTS:
        places = (_place(header, names) for names in (_STARTS, _ENDS, _SPEAKERS))
        start, end, speaker = places
        return _Columns(_place(header, _TEXTS) or 0, start, end, speaker, has_header=True)
    return _columns_by_content(rows)


def _place(header: Sequence[str], names: frozenset[str]) -> int | None:
    return next((place for place, cell in enumerate(header) if cell in names), None)


def _columns_by_content(rows: Sequence[Sequence[str]]) -> _Columns | None:
    width = min(len(row) for row in rows if len(row) > 1)
    times = [place for place in range(width) if _is_column(rows, place, _is_time)]
    others = [place for place in range(width) if place not in times]
    names = [place for place in others[:-1] if _is_column(rows, place, _may_be_name)]
    if not others or len(times) > 2 or len(others) > 2 or (len(others) == 2 and not names):
        return None
    if not times and not all(is_name(row[others[0]].rstrip(":")) for row in rows):
        return None
    start, end = (*times, None, None)[:2]
    return _Columns(others[-1], start, end, names[0] if names else None)


def _is_column(rows: Sequence[Sequence[str]], place: int, holds: Callable[[str], bool]) -> bool:
    return sum(holds(row[place]) for row in rows if len(row) > place) >= _MOST * len(rows)


def _is_time(cell: str) -> bool:
    return _TIME.fullmatch(cell) is not None


def _may_be_name(cell: str) -> bool:
    return len(cell) <= 120 and len(cell.split()) <= 6 and cell[-1:] not in ".?!…,"


def _unit(rows: Sequence[Sequence[str]], columns: _Columns) -> float:
    """Return 0.001 if the times are whole numbers of milliseconds, as Whisper writes them."""
    times = [_times(row, columns) for row in rows if len(row) > columns.text]
    if not all(start.isdigit() and end.isdigit() for start, end in times) or not times:
        return 1.0
    is_whispers = columns.has_header and columns.speaker is None
    lengths = (int(end) - int(start) for start, end in times)
    return 0.001 if is_whispers or median(lengths) > _LONGEST_IN_SECONDS else 1.0


def _times(row: Sequence[str], columns: _Columns) -> tuple[str, str]:
    cells = [row[place] if place is not None else "" for place in (columns.start, columns.end)]
    times = [_TIME.fullmatch(cell) for cell in cells]
    start, end = (time["time"] if time else cell for time, cell in zip(times, cells, strict=True))
    return start, end


def _parts(rows: Sequence[Sequence[str]], columns: _Columns, unit: float) -> Iterator[Part]:
    part: Part | None = None
    for row in rows:
        if len(row) <= columns.text:
            part = part or Part(None, "", None, None)
            part.text += f"\n{' '.join(row)}"
            continue
        if part:
            yield part
        start, end = (seconds(time, unit) if time else None for time in _times(row, columns))
        speaker = row[columns.speaker].rstrip(":") or None if columns.speaker is not None else None
        is_last = columns.text == max(columns.text, columns.speaker or 0, columns.start or 0, columns.end or 0)
        text = " ".join(row[columns.text :]) if is_last else row[columns.text]
        part = Part(speaker, text, start, end)
    if part:
        yield part
