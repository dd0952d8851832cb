"""From a file to its transcripts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .dialects import DIALECTS
from .encoding import decode
from .source import JSON_SUFFIXES, Source
from .transcript import Transcript, Unreadable

SUFFIXES = JSON_SUFFIXES | {".vtt", ".srt", ".txt"}
LARGEST_FILE = 100 * 1024 * 1024
"""Bytes. A day of talk with a time for every word takes a tenth of it."""


def open_sources(path: Path) -> list[Source]:
    """The transcripts of a file as they lie in it, not yet read; only JSON Lines hold several.

    Raises ``Unreadable`` for a file that is missing, too large, of an unknown kind or not text.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise Unreadable(f"not a transcript; one ends in {', '.join(sorted(SUFFIXES))}")
    source = Source(path.absolute(), decode(_bytes_of(path)))
    if not source.text:
        raise Unreadable("the file is empty", line=1)
    if source.json_lines and _holds_transcript(_first_line(source)):
        places = [(number, line) for number, line in enumerate(source.lines, 1) if line]
        return [Source(source.path, line, number, count) for count, (number, line) in enumerate(places, 1)]
    return [source]


def read(source: Source) -> Transcript:
    """Read a transcript in whatever dialect it is written. Raises ``Unreadable``, with a line."""
    try:
        for dialect in DIALECTS:
            if dialect.recognises(source):
                return dialect.read(source)
    except Unreadable as error:
        raise Unreadable(error.reason, line=error.line or source.line) from None
    kind = "JSON" if source.suffix in JSON_SUFFIXES else "text"
    raise Unreadable(f"{kind} without turns of speakers in a form that is known", line=source.line)


def _bytes_of(path: Path) -> bytes:
    try:
        if not path.is_file():  # also a pipe or a device, which could be read for ever
            raise Unreadable("no such file" if not path.exists() else "not a file")
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise Unreadable(f"{size / 2**20:,.0f} MB; at most {LARGEST_FILE // 2**20} MB are read")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(error.strerror or "cannot be read") from None


def _first_line(source: Source) -> Source:
    return replace(source, text=source.lines[0])


def _holds_transcript(source: Source) -> bool:
    try:
        return any(dialect.recognises(source) for dialect in DIALECTS)
    except Unreadable:
        return True  # a first line that is broken: say so for the line, not for the whole
