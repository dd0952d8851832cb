"""Several rankings of the same passages, fused into one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .results import Hit

K = 60
"""The constant of the paper. The larger it is, the less the first ranks stand out from the following ones."""


def fused(*rankings: Sequence[Hit]) -> list[Hit]:
    """Fuse rankings by reciprocal rank (Cormack, Clarke and Büttcher 2009); return each hit once, the best first.

    Only ranks count, because the scores of different searches cannot be compared: the new score is the sum of
    1 / (K + rank). A hit keeps its highest relevance. Of equal scores the higher relevance comes first, so that what
    only the words have found precedes what is only near in meaning.
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
