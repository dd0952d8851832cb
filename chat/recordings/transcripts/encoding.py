"""Decoding of text files in any of the usual encodings, which their content shows."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import NamedTuple

from .guessing import guessed
from .transcript import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ESCAPES = ((b"\x1b$)C", "iso2022_kr", "ISO-2022-KR"), (b"\x1b$", "iso2022_jp_2", "ISO-2022-JP"))
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ONE_BYTE = re.compile("[\x00-\xff]")
_BINARY_SHARE = 0.1
_ASCII = re.compile("[\n\r -~]")
_SAMPLE = 4096
_STRANGE = 100
_UTF8_CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_WHOLE_SHARE = 0.9


class Decoded(NamedTuple):
    """A text with line feeds as line ends; ``encoding`` is named if it is not Unicode."""

    text: str
    encoding: str = ""


def decode(data: bytes) -> Decoded:
    """Return the text of the bytes. Raise ``Unreadable`` if they are not text, or their encoding is not certain."""
    text, encoding = _decoded(data)
    if len(_BINARY.findall(text)) > _BINARY_SHARE * len(text):
        raise Unreadable("not text", line=1)
    return Decoded(text.replace("\r\n", "\n").replace("\r", "\n").strip(), encoding)


def _decoded(data: bytes) -> Decoded:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(data[len(mark) :].decode(encoding, "replace"))
    for sign, encoding, name in _ESCAPES:
        if sign in data[:4096] and data.isascii():
            return Decoded(data.decode(encoding, "replace"), name)
    wide = _unmarked_wide(data)
    if wide is not None:
        return Decoded(wide)
    try:
        return Decoded(data.decode())
    except UnicodeDecodeError:
        return _not_unicode(data)


def _not_unicode(data: bytes) -> Decoded:
    if _BINARY_SHARE * len(data) < sum(data.count(byte) for byte in range(9)):
        raise Unreadable("not text", line=1)
    whole = sum(len(character) for character in _UTF8_CHARACTER.findall(data))
    if whole >= _WHOLE_SHARE * len(_HIGH.findall(data)):
        return Decoded(data.decode(errors="replace"), "UTF-8 with broken characters")
    encoding = guessed(data)
    return Decoded(data.decode(encoding.codec, "replace"), encoding.name)


def _unmarked_wide(data: bytes) -> str | None:
    """Return the text if this is UTF-16 or UTF-32 without a mark, which has zeros in spaces and line ends."""
    if len(data) % 2 or b"\0" not in data:
        return None
    for encoding in ("utf-32-le", "utf-32-be") if len(data) % 4 == 0 else ():
        text = _text_in(data, encoding)
        if text:
            return text
    texts = [text for text in (_text_in(data, encoding) for encoding in ("utf-16-le", "utf-16-be")) if text]
    text = max(texts, key=_likeness, default="")
    return text if _likeness(text) > 0 else None


def _text_in(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if len(_BINARY.findall(text)) > _BINARY_SHARE * len(_ONE_BYTE.findall(text)) else text


def _likeness(text: str) -> int:
    """Return how many of the first characters are ASCII, less many for each that does not exist.

    With its bytes exchanged, a line end does not exist, and a space is one that nobody uses.
    """
    strange = sum(unicodedata.category(mark) in ("Cn", "Co") or mark == "\u2000" for mark in text[:_SAMPLE])
    return len(_ASCII.findall(text[:_SAMPLE])) - _STRANGE * strange
