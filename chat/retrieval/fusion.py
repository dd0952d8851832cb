"""Several rankings of the same passages as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .results import Hit

K = 60
"""From the paper. The larger it is, the less the first ranks stand out from those that follow."""


def fused(*rankings: Sequence[Hit]) -> list[Hit]:
    """Every hit of the rankings once, the best first, by reciprocal rank (Cormack, Clarke and Büttcher 2009).

    Only ranks count, because the scores of different searches do not compare: the sum of 1 / (K + rank) is the new
    score. A hit keeps the best of its relevances; of equal scores the higher relevance is first: what only words have
    found, before what only looks alike.
    """
    scores: dict[int, float] = defaultdict(float)
    relevances: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, hit in enumerate(ranking, 1):
            scores[hit.pk] += 1 / (K + rank)
            relevances[hit.pk] = max(relevances[hit.pk], hit.relevance)
    return [
        Hit(pk, scores[pk], relevances[pk]) for pk in sorted(scores, key=lambda pk: (-scores[pk], -relevances[pk], pk))
    ]
