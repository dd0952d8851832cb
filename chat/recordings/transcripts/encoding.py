"""Decoding of text files in any of the usual encodings."""

from __future__ import annotations

import codecs
import re

from .transcript import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BINARY_SHARE = 0.1


def decode(data: bytes) -> str:
    """Return the text with line feeds as line ends. Raise ``Unreadable`` if the bytes are not text."""
    text = _decoded(data)
    if len(_BINARY.findall(text)) > _BINARY_SHARE * len(text):
        raise Unreadable("not text", line=1)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    for encoding in (_unmarked_utf16(data), "utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _unmarked_utf16(data: bytes) -> str:
    """Guess the encoding: European text in UTF-16 has a zero in every other byte; anything else may be UTF-8."""
    sample = data[:4096]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > 0.7 * half:
        return "utf-16-le"
    if half and sample[::2].count(0) > 0.7 * half:
        return "utf-16-be"
    return "utf-8"
