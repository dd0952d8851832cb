"""The words of a segment that a link marks: ``?words=7:12-85,90-120`` names characters of segment 7.

The link has positions, not the words themselves: what was said must not get into the logs of servers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from ..display import shown
from ..html import formatted, joined

SPANS_LIMIT = 20

_WORDS = re.compile(r"(\d{1,7}):(\d{1,7}-\d{1,7}(?:,\d{1,7}-\d{1,7})*)", re.ASCII)


@dataclass(frozen=True)
class Span:
    """Characters of a text, from ``start`` up to but not including ``end``."""

    start: int
    end: int


@dataclass(frozen=True)
class MarkedWords:
    """The marked words of one segment."""

    segment: int
    spans: Sequence[Span]

    def __str__(self) -> str:
        return f"{self.segment}:{','.join(f'{span.start}-{span.end}' for span in self.spans[:SPANS_LIMIT])}"


def parse(words: str) -> MarkedWords | None:
    """Return what ``?words=`` names; None if it is not written like that."""
    match = _WORDS.fullmatch(words)
    if not match:
        return None
    pairs = [pair.split("-") for pair in match[2].split(",")[:SPANS_LIMIT]]
    return MarkedWords(int(match[1]), [Span(int(start), int(end)) for start, end in pairs])


def marked(text: str, spans: Collection[Span]) -> SafeString:
    """Return a text as HTML with these parts in ``<mark>``; what of them is outside of the text is ignored."""
    pieces: list[SafeString] = []
    at = 0
    for span in sorted(spans, key=lambda span: span.start):
        start, end = max(at, span.start), min(len(text), span.end)
        if start < end:
            pieces.append(formatted("{}<mark>{}</mark>", shown(text[at:start]), shown(text[start:end])))
            at = end
    return joined([*pieces, shown(text[at:])])
