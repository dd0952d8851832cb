"""Two rankings of passages, one by words and one by meaning, fused into one."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev

from .results import Hit

MEANING = 0.5
"""What meaning counts compared with words; docs/retrieval.md has figures."""
_FLOOR = -1.0
"""The most that a passage gets from a ranking which lacks it, so that the only hit of a ranking precedes the others."""
_WORDLESS = -2.0
"""The same for a passage that has none of the words, which is known if the ranking by words has all that have one."""


def fused(by_words: Sequence[Hit], by_meaning: Sequence[Hit], *, all_with_words: bool = False) -> list[Hit]:
    """Fuse two rankings by the sum of their standard scores; return each hit once, the best first.

    A standard score says by how many standard deviations a score exceeds the mean of its ranking, so that scores of
    different kinds compare. A hit that one ranking lacks gets the lowest of that ranking. It keeps its highest
    relevance; of equal sums the higher relevance comes first. ``all_with_words`` says that ``by_words`` has every
    passage with a word of the question: the others then lack all of them.
    """
    words, lacking_words = _standardized(by_words, floor=_WORDLESS if all_with_words else _FLOOR)
    meaning, lacking_meaning = _standardized(by_meaning)
    relevances: dict[int, float] = {}
    for hit in (*by_words, *by_meaning):
        relevances[hit.pk] = max(relevances.get(hit.pk, 0.0), hit.relevance)
    hits = [
        Hit(pk, words.get(pk, lacking_words) + MEANING * meaning.get(pk, lacking_meaning), relevance)
        for pk, relevance in relevances.items()
    ]
    return sorted(hits, key=lambda hit: (-hit.score, -hit.relevance, hit.pk))


def _standardized(ranking: Sequence[Hit], *, floor: float = _FLOOR) -> tuple[dict[int, float], float]:
    """Return the standard score of each hit, and the one of a passage that the ranking lacks."""
    if not ranking:
        return {}, 0.0
    scores = [hit.score for hit in ranking]
    mean, deviation = fmean(scores), pstdev(scores) or 1.0
    standardized = {hit.pk: (hit.score - mean) / deviation for hit in ranking}
    return standardized, min(floor, *standardized.values())
