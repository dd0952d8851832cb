from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.retrieval.fusion import K, fused
from chat.retrieval.results import Hit

rankings = st.lists(st.integers(1, 30), unique=True, max_size=20).map(
    lambda pks: [Hit(pk, -float(rank), relevance=pk / 30) for rank, pk in enumerate(pks)]
)
pairs = st.tuples(rankings, rankings)


def pks(hits: Sequence[Hit]) -> list[int]:
    return [hit.pk for hit in hits]


def test_a_score_is_the_sum_of_reciprocal_ranks() -> None:
    both, second, third = fused([Hit(1, 9.0, 0.5), Hit(2, 8.0, 0.5)], [Hit(3, 0.9, 0.4), Hit(1, 0.8, 0.4)])

    assert both.score == pytest.approx(1 / (K + 1) + 1 / (K + 2))
    assert (both.pk, both.relevance) == (1, 0.5)
    assert (second.pk, third.pk) == (3, 2)


def test_of_equal_scores_the_more_relevant_hit_is_first() -> None:
    assert pks(fused([Hit(1, 0.9, 0.4)], [Hit(2, 9.0, 0.8)])) == [2, 1]


@given(pairs)
def test_every_hit_is_returned_once(lists: tuple[list[Hit], list[Hit]]) -> None:
    fused_pks = pks(fused(*lists))

    assert sorted(fused_pks) == sorted(set(pks(lists[0])) | set(pks(lists[1])))


@given(pairs)
def test_the_order_of_the_rankings_makes_no_difference(lists: tuple[list[Hit], list[Hit]]) -> None:
    assert fused(*lists) == fused(*reversed(lists))


@given(rankings)
def test_a_single_ranking_keeps_its_order(ranking: list[Hit]) -> None:
    assert pks(fused(ranking)) == pks(fused(ranking, [])) == pks(fused(ranking, ranking)) == pks(ranking)


@given(pairs)
def test_only_hits_of_both_rankings_precede_the_best_of_one(lists: tuple[list[Hit], list[Hit]]) -> None:
    fused_pks = pks(fused(*lists))
    bests = {hits[0].pk for hits in lists if hits}

    before = fused_pks[: max((fused_pks.index(best) for best in bests), default=0)]

    assert {pk for pk in before if pk not in bests} <= set(pks(lists[0])) & set(pks(lists[1]))


@given(pairs)
def test_a_hit_keeps_its_highest_relevance(lists: tuple[list[Hit], list[Hit]]) -> None:
    weaker = [Hit(hit.pk, hit.score, hit.relevance / 2) for hit in lists[1]]

    relevances = {hit.pk: hit.relevance for hit in fused(lists[0], weaker)}

    assert all(relevances[hit.pk] == hit.relevance for hit in lists[0])
