"""The order of passages that have the same words: those where the words stand together come first."""

from __future__ import annotations

import pytest

from ..support.library import filler, record, search

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


def test_words_that_stand_together_precede_the_same_words_far_apart() -> None:
    record(
        "Apart", "Ana: The copper is ready, all the copper.", *filler(4), "Ana: A valve was ordered, and that is all."
    )
    together = record("Together", "Ana: The copper valve was ordered.", *filler(4), "Ana: And that is all.")

    passages = search("Where is the copper valve?")

    assert passages[0].recording == together
    assert passages[0].score > passages[1].score


def test_a_form_of_a_word_counts_like_the_word() -> None:
    record(
        "Apart", "Ana: The copper is ready, all the copper.", *filler(4), "Ana: A valve was ordered, and that is all."
    )
    together = record("Together", "Ana: The copper valves were ordered.", *filler(4), "Ana: That is all, ready.")

    assert search("Where is the copper valve?")[0].recording == together


def test_a_passage_that_has_all_words_in_one_place_precedes_one_that_repeats_one_of_them() -> None:
    record("Repeated", *[f"Ana: The harbour {line}" for line in filler(5)], "Ana: A crane came.")
    together = record("Together", *filler(4), "Ana: The crane stands in the harbour.", *filler(1))

    assert search("What about the crane in the harbour?")[0].recording == together


def test_hits_beyond_those_that_are_ordered_again_follow_them() -> None:
    for number in range(110):
        record(f"Recording {number}", "Ana: The copper was weighed.", "Ben: Who wants the valve?")

    scores = [passage.score for passage in search("copper valve", limit=108)]

    assert len(scores) == 108
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < scores[99]
