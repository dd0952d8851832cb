"""The transcripts of a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .encoding import Decoded, decode
from .source import JSON_SUFFIXES, SUFFIXES, Source
from .transcript import Transcript, Unreadable

UNKNOWN_KIND = f"not a transcript; its name must end in {', '.join(sorted(SUFFIXES))}"
LARGEST_FILE = 100 * 1024 * 1024
"""Bytes. A day of speech with a time for every word takes a tenth of it."""


def open_sources(path: Path) -> list[Source]:
    """Return the transcripts in a file, not yet read. Only JSON Lines can hold several.

    Raise ``Unreadable`` for a file that is missing, too large, of an unknown kind or not text.
    """
    if not path.exists():
        raise Unreadable("no such file or folder")
    if path.suffix.lower() not in SUFFIXES:
        raise Unreadable(UNKNOWN_KIND)
    text, encoding = _text_of(path, _bytes_of(path))
    source = Source(path.absolute(), text, encoding=encoding)
    if not source.text:
        raise Unreadable("the file is empty", line=1)
    if source.json_lines and _holds_transcript(_first_line(source)):
        lines = [(line_number, line) for line_number, line in enumerate(source.lines, 1) if line]
        return [replace(source, text=line, line=at, number=number) for number, (at, line) in enumerate(lines, 1)]
    return [source]


def read(source: Source) -> Transcript:
    """Read a transcript in any dialect. Raise ``Unreadable`` with a line number."""
    from .dialects import DIALECTS  # no start of a site waits for all of them

    try:
        for dialect in DIALECTS:
            if dialect.recognises(source):
                return dialect.read(source)
    except Unreadable as error:
        raise Unreadable(error.reason, line=error.line or source.line) from None
    if source.suffix in JSON_SUFFIXES:
        raise Unreadable(f"JSON without turns of speakers in a known format; {_advice(source)}", line=source.line)
    raise Unreadable("text without turns of speakers in a known format", line=source.line)


def _advice(source: Source) -> str:
    """Return what to do about JSON that no dialect reads."""
    value = source.json
    texts = [value.get(key) for key in ("text", "transcript", "transcription")] if isinstance(value, dict) else []
    if any(isinstance(text, str) and text.strip() for text in texts):
        return "its text has neither speakers nor times; ask the service for those, or import the text as .txt"
    return 'make it a list of {"speaker": …, "text": …, "start": seconds}, or see docs/recordings.md'


def _text_of(path: Path, data: bytes) -> Decoded:
    """Return the text of a file's bytes. A Word document is an archive, whatever it is called."""
    from . import word_document

    if word_document.is_archive(data):
        return Decoded(word_document.text_of(data))
    if path.suffix.lower() == word_document.SUFFIX and data:
        raise Unreadable("not a Word document, which is an archive; if it is text, call it .txt", line=1)
    return decode(data)


def _bytes_of(path: Path) -> bytes:
    try:
        if not path.is_file():  # a pipe or a device might never end
            raise Unreadable("not a file")
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise Unreadable(f"{size / 2**20:,.0f} MB; a transcript may have at most {LARGEST_FILE // 2**20} MB")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(error.strerror or "cannot be read") from None


def _first_line(source: Source) -> Source:
    return replace(source, text=source.lines[0])


def _holds_transcript(source: Source) -> bool:
    from .dialects import DIALECTS, speech

    try:
        return not speech.is_part(source) and any(dialect.recognises(source) for dialect in DIALECTS)
    except Unreadable:
        return True  # report the broken JSON of this line, not of the whole file
