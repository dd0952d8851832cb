"""How a speaker is told from the others at first sight: by initials on a tint, both always the same for a name."""

from __future__ import annotations

import re
import zlib

TINTS = 8
"""Tints of css/colors.css: ``--speaker-0`` and so on."""

_WORD = re.compile(r"[^\W_]+")


def initials(name: str) -> str:
    """Return one or two letters for a name, the first of its first and last word; ``?`` if it has none.

    >>> initials("Mara Quist"), initials("Speaker 12"), initials("omar"), initials("")
    ('MQ', 'S12', 'O', '?')
    """
    found: list[str] = _WORD.findall(name)
    first, *others = found or ["?"]
    last = others[-1] if others else ""
    return (first[0] + (last[:2] if last.isdigit() else last[:1])).upper()


def tint(name: str) -> int:
    """Return the number of a name's tint, whatever its case."""
    return zlib.crc32(" ".join(name.casefold().split()).encode()) % TINTS
