"""What a file is: by its name before it is sent, and by its first bytes as soon as they are there."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from ..models import Upload
from ..recordings.transcripts import SUFFIXES

MEDIA = frozenset({".mp3", ".m4a", ".aac", ".wav", ".flac", ".ogg", ".opus", ".webm", ".mp4", ".mov"})
HEAD = 64 * 1024
"""Bytes at the beginning of a file by which it is recognised."""

_WORDS = {
    b"%PDF": "a PDF",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"PK\x03\x04": "an archive",
    b"\x1f\x8b": "an archive",
    b"7z\xbc\xaf": "an archive",
}
"""What people send by mistake, by its first bytes."""
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""The first box of MP4 and QuickTime files."""
_RIFF = (b"RIFF", b"RF64", b"BW64")


def clean(name: str) -> str:
    """Return the name of a file without folders, and without characters that do not show or turn the text around."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(" " if each.isspace() else each for each in unicodedata.normalize("NFC", last))
    kept = " ".join("".join(each for each in shown if unicodedata.category(each)[0] != "C").split())
    suffix = PurePosixPath(kept).suffix
    return kept if len(kept) <= Upload.NAME_LIMIT else kept[: Upload.NAME_LIMIT - len(suffix)] + suffix


def is_transcript(name: str) -> bool:
    """Return whether the name is one of a transcript."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def is_media(name: str) -> bool:
    """Return whether the name is one of audio or video."""
    return PurePosixPath(name).suffix.lower() in MEDIA


def wrong_name(name: str) -> str:
    """Return what is wrong with the kind of a file, as its name says it; empty if nothing is."""
    if is_transcript(name) or is_media(name):
        return ""
    return f"This is neither a transcript ({_listed(SUFFIXES)}) nor audio or video ({_listed(MEDIA)})."


def wrong_content(name: str, head: bytes) -> str:
    """Return what is wrong with a file that begins so, as a sentence; empty if nothing is.

    Whether a transcript can be read, or audio be played, shows later.
    """
    suffix, media = PurePosixPath(name).suffix.lower(), sounds(head)
    if is_media(name):
        is_other = next((words for begin, words in _WORDS.items() if head.startswith(begin)), "something else")
        words = f"The name ends in {suffix}, but the file is {is_other}: no audio or video that the site knows."
        return "" if media else words
    if media:
        return f"The name ends in {suffix}, but the file is audio or video. Give it the ending of its format."
    return ""


def sounds(head: bytes) -> bool:
    """Return whether a file that begins so is audio or video in one of the known formats."""
    begin = head.lstrip(b"\0") if head[4:8] not in _BOXES else head  # some MP3 files begin with silence of no bytes
    return (
        begin.startswith((b"ID3", b"fLaC", b"OggS", b"\x1a\x45\xdf\xa3"))
        or begin[4:8] in _BOXES
        or (begin[:4] in _RIFF and begin[8:12] == b"WAVE")
        or _is_frame(begin[:4])
    )


def _is_frame(header: bytes) -> bool:
    """Return whether this is the header of a frame of MP3, or of AAC without a container (ADTS)."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return False
    if header[1] & 0xF6 == 0xF0:
        return header[2] >> 2 & 0xF < 13  # the index of the sampling rate
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    return version != 1 and layer in (1, 2) and header[2] >> 4 not in (0, 15) and header[2] >> 2 & 3 != 3


def _listed(suffixes: frozenset[str]) -> str:
    return ", ".join(sorted(suffixes))
