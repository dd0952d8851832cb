from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.retrieval.fusion import MEANING, fused
from chat.retrieval.results import Hit

rankings = st.lists(st.integers(1, 30), unique=True, max_size=20).map(
    lambda pks: [Hit(pk, -float(rank), relevance=pk / 30) for rank, pk in enumerate(pks)]
)
pairs = st.tuples(rankings, rankings)


def pks(hits: Sequence[Hit]) -> list[int]:
    return [hit.pk for hit in hits]


def test_a_score_is_the_sum_of_standard_scores() -> None:
    by_words = [Hit(1, 9.0, 0.5), Hit(2, 7.0, 0.5)]
    by_meaning = [Hit(2, 0.9, 0.4), Hit(1, 0.7, 0.4)]

    first, second = fused(by_words, by_meaning)

    assert (pks([first, second]), first.relevance) == ([1, 2], 0.5)
    assert [first.score, second.score] == pytest.approx([1 - MEANING, MEANING - 1])


def test_a_hit_far_above_the_others_stays_first_though_it_is_last_in_meaning() -> None:
    by_words = [Hit(1, 9.0, 0.9), *(Hit(pk, 1.0, 0.1) for pk in range(2, 20))]
    by_meaning = [Hit(pk, 0.9 - pk / 1000, 0.0) for pk in range(2, 20)]

    assert pks(fused(by_words, [*by_meaning, Hit(1, 0.85, 0.0)]))[0] == 1


def test_the_only_hit_by_words_precedes_those_that_are_as_near_in_meaning() -> None:
    by_meaning = [Hit(pk, 0.9, 0.0) for pk in (1, 2, 3)]

    assert pks(fused([Hit(3, 5.0, 0.4)], by_meaning)) == [3, 1, 2]


def test_a_passage_with_none_of_the_words_does_not_precede_the_best_of_two_that_have_one() -> None:
    by_words = [Hit(1, 5.1, 0.4), Hit(2, 5.0, 0.4)]
    by_meaning = [Hit(3, 0.9, 0.0), *(Hit(pk, 0.5, 0.0) for pk in range(4, 22)), Hit(2, 0.4, 0.0), Hit(1, 0.4, 0.0)]

    assert pks(fused(by_words, by_meaning))[0] == 3
    assert pks(fused(by_words, by_meaning, all_with_words=True))[0] == 1


def test_of_equal_scores_the_more_relevant_hit_is_first() -> None:
    assert pks(fused([Hit(1, 9.0, 0.4), Hit(2, 9.0, 0.8)], [])) == [2, 1]


@given(pairs)
def test_every_hit_is_returned_once(lists: tuple[list[Hit], list[Hit]]) -> None:
    fused_pks = pks(fused(*lists))

    assert sorted(fused_pks) == sorted(set(pks(lists[0])) | set(pks(lists[1])))


@given(rankings)
def test_a_single_ranking_keeps_its_order(ranking: list[Hit]) -> None:
    assert pks(fused(ranking, [])) == pks(fused([], ranking)) == pks(fused(ranking, ranking)) == pks(ranking)


@given(pairs)
def test_a_hit_that_is_better_in_both_rankings_comes_first(lists: tuple[list[Hit], list[Hit]]) -> None:
    places = [{pk: rank for rank, pk in enumerate(pks(ranking))} for ranking in lists]
    order = pks(fused(*lists))
    both = [pk for pk in order if all(pk in place for place in places)]

    for first in both:
        for second in both:
            if all(place[first] < place[second] for place in places):
                assert order.index(first) < order.index(second)


@given(pairs)
def test_a_hit_keeps_its_highest_relevance(lists: tuple[list[Hit], list[Hit]]) -> None:
    weaker = [Hit(hit.pk, hit.score, hit.relevance / 2) for hit in lists[1]]

    relevances = {hit.pk: hit.relevance for hit in fused(lists[0], weaker)}

    assert all(relevances[hit.pk] == hit.relevance for hit in lists[0])
