"""Which words of an excerpt an answer uses: those are marked in its source and in the recording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ..answers.excerpts import sentences
from ..answers.verbatim import in_a_row, weight
from ..recordings.words import Span

RUN = 4
"""Fewest words in a row that count as a quote. A shorter excerpt must be in the answer as a whole."""

_WORD = re.compile(r"\w+")
_ASCII_WORD = re.compile(r"[a-z0-9_]+")  # the same in lower case and ASCII, found in less time
_MARKERS_AFTER = re.compile(r"([.!?…])\s+((?:\[\d+\])+)")
_MARKUP = re.compile(r"[*_`~][*_`~]*")  # a class of characters first: it is found sooner


@lru_cache(maxsize=512)
def quoted(excerpt: str, answer: str, number: int) -> Sequence[Span]:
    """Return the words of an excerpt that the answer quotes.

    Where it quotes none, return the sentence of the excerpt that shares the most words with what the answer says at
    marker ``number``; nothing if it shares none.
    """
    words = list(_WORD.finditer(excerpt))
    said = [word[0].casefold() for word in words]
    spans = list(_runs(said, answer))
    if spans:
        return tuple(Span(words[first].start(), _closed(excerpt, words[last - 1].end())) for first, last in spans)
    return tuple(_nearest_sentence(excerpt, _claim(answer, number)))


def _runs(said: Sequence[str], answer: str) -> Iterator[tuple[int, int]]:
    """Yield the longest runs of words that both have, as positions in ``said``."""
    size = min(RUN, len(said))
    if size == 0:
        return
    known = _known(answer, size)
    if known.isdisjoint(in_a_row(said, size)):
        return
    begun = end = 0
    for at, words in enumerate(in_a_row(said, size)):
        if words not in known:
            continue
        if at > end:
            if end:
                yield begun, end
            begun = at
        end = at + size
    if end:
        yield begun, end


@lru_cache(maxsize=16)
def _known(answer: str, size: int) -> frozenset[tuple[str, ...]]:
    """Return all runs of so many words in an answer, which has several sources."""
    return frozenset(in_a_row(_words(_MARKUP.sub("", answer)), size))


def _claim(answer: str, number: int) -> frozenset[str]:
    """Return the words of the sentences with this marker, each with the marker that may follow its full stop."""
    marker = f"[{number}]"
    if marker not in answer:
        return frozenset()
    text = _MARKERS_AFTER.sub(r" \2\1", answer)
    with_marker = [sentence for start, end in sentences(text) if marker in (sentence := text[start:end])]
    return frozenset().union(*map(_words, with_marker))


def _nearest_sentence(excerpt: str, claim: frozenset[str]) -> list[Span]:
    if not claim:
        return []
    spans = [Span(start, end) for start, end in sentences(excerpt)]
    weights = [weight(claim.intersection(_words(excerpt[span.start : span.end]))) for span in spans]
    best = max(range(len(spans)), key=lambda at: (weights[at], -at))
    span = spans[best]
    return [Span(span.start, len(excerpt[: span.end].rstrip()))] if weights[best] else []


def _closed(excerpt: str, end: int) -> int:
    """Return the end of a quote with the full stop that follows it."""
    return end + 1 if excerpt[end : end + 1] in {".", "!", "?", "…"} else end


def _words(text: str) -> list[str]:
    if text.isascii():  # else the words of the folded text may be others
        return _ASCII_WORD.findall(text.casefold())
    return [word.casefold() for word in _WORD.findall(text)]
