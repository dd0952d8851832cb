"""Character references such as ``&amp;``: the names of HTML 4, and numbers."""

from __future__ import annotations

import re
from html.entities import name2codepoint

REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,7}));")
_UNKNOWN = "\ufffd"


def character(reference: re.Match[str]) -> str | None:
    """Return the character that a reference stands for; None for a name that is none of HTML 4."""
    decimal, hexadecimal, name = reference.groups()
    if name:
        return "'" if name == "apos" else chr(name2codepoint[name]) if name in name2codepoint else None
    return _numbered(int(decimal) if decimal else int(hexadecimal, 16))


def _numbered(code: int) -> str:
    if code in (9, 10):
        return " "
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return _UNKNOWN
    return "" if 0xE0000 <= code <= 0xE007F else chr(code)  # invisible, see ``display.shown``
