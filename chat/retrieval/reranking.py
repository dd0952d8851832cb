"""The order of the first hits by what BM25 does not see: whether the words of the question stand together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from django.db.models import BigIntegerField
from django.db.models.functions import Coalesce, Left

from ..models import IndexedPassage, Many, Prepared
from ..terms import compounds

if TYPE_CHECKING:
    from .results import Hit
    from .word_index import Term

FIRST = 100
"""Hits that are put into a new order; any others stay behind them."""
PIECE = 90
"""Words in a piece of a passage, about 500 characters."""
_WEIGHT = 0.4
"""What the best piece, and the nearness of the words, each count compared with BM25. docs/retrieval.md has figures."""
_READ = 8_000  # characters of a passage, so that no long one costs much time
_SATURATION = 1.2  # as k1 of BM25: how soon repeating a word counts no more
_NEIGHBOURS = 2  # mentions before a mention that are compared with it

Mention = tuple[int, str]
"""The position of a word of the question in a passage, in words, and the root of that word."""


def reranked(hits: Sequence[Hit], terms: Sequence[Term], texts: Mapping[int, Sequence[str]] | None = None) -> list[Hit]:
    """Return the hits of these terms in a new order, with new scores.

    ``texts`` has the stems of each hit that count; without it, run a query for all of them.

    The score is the sum of three shares of the best value of all hits: BM25, the best piece, and the nearness of the
    words. Each alone ranks worse.
    """
    first = hits[:FIRST]
    texts = _texts(first) if texts is None else {hit.pk: texts[hit.pk] for hit in first}
    rarities = _rarities(terms)
    forms = _forms(rarities, terms, texts.values())
    mentions = [_mentions(texts.get(hit.pk, ()), forms) for hit in first]
    scores = _shares([hit.score for hit in first])
    pieces = _shares([_best_piece(each, rarities) for each in mentions])
    nearness = _shares([_nearness(each, rarities) for each in mentions])
    sums = [score + _WEIGHT * (piece + near) for score, piece, near in zip(scores, pieces, nearness, strict=True)]
    scored = [type(hit)(hit.pk, total, hit.relevance, hit.evidence) for hit, total in zip(first, sums, strict=True)]
    ordered = sorted(scored, key=lambda hit: (-hit.score, hit.pk))
    return [*ordered, *(replace(hit, score=0.0) for hit in hits[FIRST:])]


def _texts(hits: Sequence[Hit]) -> Mapping[int, Sequence[str]]:
    """Return the stems of each hit, in order."""
    found = _beginnings.fetch(pks=[hit.pk for hit in hits])
    return {pk: stems.partition("\n")[0].split() for pk, stems in found}


_beginnings = Prepared(
    lambda pks: IndexedPassage.objects.filter(pk__among=pks).values_list("pk", Left(Coalesce("stems", "text"), _READ)),
    pks=Many(BigIntegerField()),
)


def _rarities(terms: Sequence[Term]) -> dict[str, float]:
    """Return how rare the words are that the terms have; a term of two words gives its rarity to both.

    A word is called by its first entry, whichever of them a passage has.
    """
    rarities: defaultdict[str, float] = defaultdict(float)
    for term in terms:
        for word in term.entries[0].split():
            rarities[word] = max(rarities[word], term.rarity)
    return dict(rarities)


def _forms(rarities: Mapping[str, float], terms: Sequence[Term], texts: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return the entries of the texts that are those of a term, each with the word that it counts for."""
    forms = {
        entry: word
        for term in terms
        for entries in term.entries
        for entry, word in zip(entries.split(), term.entries[0].split(), strict=True)
    }
    parts = [word for word in rarities if len(word) >= compounds.PART]
    if not any(term.may_be_part for term in terms):
        return forms
    others = {stem for stem in set().union(*texts) if len(stem) >= compounds.SHORTEST - 1 and stem not in forms}
    for part in sorted(parts, key=len):
        forms |= dict.fromkeys((stem for stem in others if compounds.has_part(stem, part)), part)
    return forms


def _mentions(words: Sequence[str], forms: Mapping[str, str]) -> list[Mention]:
    return [(position, forms[word]) for position, word in enumerate(words) if word in forms]


def _best_piece(mentions: Sequence[Mention], rarities: Mapping[str, float]) -> float:
    """Return how much of the question the best piece has: rare words count more, repeated ones less each time."""
    pieces = groupby(mentions, key=lambda mention: mention[0] // PIECE)
    return max((_value(Counter(map(itemgetter(1), piece)), rarities) for _, piece in pieces), default=0.0)


def _value(counts: Mapping[str, int], rarities: Mapping[str, float]) -> float:
    return sum(rarities[word] * count / (count + _SATURATION) for word, count in counts.items())


def _nearness(mentions: Sequence[Mention], rarities: Mapping[str, float]) -> float:
    """Return how near the words stand to each other: for every two of them, one by the smallest distance."""
    nearest: dict[tuple[str, str], float] = {}
    for number, (position, word) in enumerate(mentions):
        for before, other in mentions[max(0, number - _NEIGHBOURS) : number]:
            pair = (word, other) if word < other else (other, word)
            if word != other and nearest.get(pair, 0.0) * (position - before) < 1:
                nearest[pair] = 1 / (position - before)
    return sum(nearby * min(rarities[one], rarities[other]) for (one, other), nearby in nearest.items())


def _shares(values: Sequence[float]) -> list[float]:
    """Return each value as a share of the highest."""
    highest = max(values, default=0.0) or 1.0
    return [value / highest for value in values]
