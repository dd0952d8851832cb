"""The excerpt of a text that is shown for a claim: whole sentences around the words that matter, if they fit."""

from __future__ import annotations

import re

from ..models.turns.answer import EXCERPT_LIMIT
from .verbatim import Stretch

_SENTENCE_END = re.compile(r"[.!?…\n](?:(?<=\n)\n*|\s+)")  # a class of characters first: it is found sooner


def sentences(text: str) -> list[Stretch]:
    """Return the sentences of a text, each with the white space after it."""
    starts = [0, *(gap.end() for gap in _SENTENCE_END.finditer(text))]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def excerpt(text: str, stretch: Stretch) -> Stretch:
    """Return the part of the text to show: the whole of it, or what fits into the limit around ``stretch``."""
    if len(text) <= EXCERPT_LIMIT:
        return 0, len(text)
    start, end = stretch
    places = sentences(text)
    first = last = next(i for i, (_, until) in enumerate(places) if start < until or until == len(text))
    while places[last][1] < end:
        last += 1
    if places[last][1] - places[first][0] > EXCERPT_LIMIT:
        return _around(text, stretch, (places[first][0], places[last][1]))
    while last + 1 < len(places) and places[last + 1][1] - places[first][0] <= EXCERPT_LIMIT:
        last += 1
    while first > 0 and places[last][1] - places[first - 1][0] <= EXCERPT_LIMIT:
        first -= 1
    return _stripped(text, (places[first][0], places[last][1]))


def sentences_with(text: str, stretch: Stretch) -> Stretch:
    """Return the sentences in which a stretch lies, if they are no longer than an excerpt, or else an excerpt."""
    around = [part for part in sentences(text) if part[0] < stretch[1] and stretch[0] < part[1]]
    start, end = around[0][0], around[-1][1]
    return excerpt(text, stretch) if end - start > EXCERPT_LIMIT else _stripped(text, (start, end))


def _around(text: str, stretch: Stretch, within: Stretch) -> Stretch:
    """Return words around a stretch of sentences that are too long to show; its beginning, if it is too long itself."""
    start, end = stretch
    room = max(0, EXCERPT_LIMIT - (end - start))
    first = max(within[0], min(start - room // 2, within[1] - EXCERPT_LIMIT))
    last = min(within[1], first + EXCERPT_LIMIT)
    if within[0] < first < start and (gap := text.find(" ", first - 1, start)) >= 0:
        first = gap + 1
    if last < within[1] and (gap := text.rfind(" ", end if end <= last else first, last + 1)) > first:
        last = gap
    return _stripped(text, (first, last))


def _stripped(text: str, part: Stretch) -> Stretch:
    shown = text[part[0] : part[1]]
    start = part[0] + len(shown) - len(shown.lstrip())
    return start, start + len(shown.strip())
