"""The halves of characters that JSON writes as two escapes, of which a server may send each in another chunk."""

from __future__ import annotations

import re

_HALF = "[\ud800-\udbff]"
_HALF_AT_END = re.compile(_HALF + r"\Z")
_ANY_HALF = re.compile("[\ud800-\udfff]")


class Surrogates:
    """A joiner of pieces of text: two halves of a character become the character, a lone one becomes U+FFFD."""

    def __init__(self) -> None:
        self._half = ""

    def joined(self, text: str) -> str:
        """Return a text with the half that came before it, without a half at its end whose other one may follow."""
        if not self._half and (text.isascii() or not _ANY_HALF.search(text)):
            return text
        text = self._half + text
        self._half = text[-1] if _HALF_AT_END.search(text) else ""
        whole = text[: len(text) - len(self._half)].encode("utf-16", "surrogatepass")
        return whole.decode("utf-16", "replace")

    def end(self) -> str:
        """Return what stands for a half whose other one has not come."""
        half, self._half = self._half, ""
        return "\ufffd" if half else ""
