"""The full-text search of the database: what a question finds, and in which order."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from chat.models import IndexedPassage, Recording, Segment
from chat.retrieval import MIN_RELEVANCE, index, own_search, retriever
from chat.retrieval.full_text import FullText
from chat.terms import STOP_WORDS

from ..support.hearing import scope_of
from ..support.library import filler, record, search

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_question_finds_the_passage_that_answers_it(launch: Recording, garden: Recording) -> None:
    passages = search("When is the launch?")

    assert passages[0].recording == launch
    assert [segment.number for segment in passages[0].segments] == [1, 2]
    assert passages[0].speakers == ["Ana", "Ben"]
    assert (passages[0].start, passages[0].end) == (10.0, 29.0)


@pytest.mark.parametrize("query", ["What did Ben say?", "What was in the review?"])
def test_speakers_and_titles_are_searched(launch: Recording, garden: Recording, query: str) -> None:
    passages = search(query)

    assert [passage.recording for passage in passages] == [launch]
    assert passages[0].relevance >= MIN_RELEVANCE


def test_the_filter_is_applied_before_the_limit(launch: Recording) -> None:
    for number in range(40):
        record(f"Other {number}", *["Eve: Launch, launch, launch, October launch!"] * 3, *filler(20))

    assert [passage.recording for passage in search("the launch in October", launch, limit=2)] == [launch]


def test_a_filter_that_matches_no_recording_finds_nothing(launch: Recording) -> None:
    assert asyncio.run(retriever().retrieve("launch", scope=scope_of(uuid4()), limit=8)) == []


def test_no_passage_crosses_recordings(launch: Recording, garden: Recording) -> None:
    passages = search("launch price tomatoes compost")

    assert {passage.recording for passage in passages} == {launch, garden}
    assert all(segment.recording_id == p.recording.pk for p in passages for segment in p.segments)


def test_results_share_no_segment() -> None:
    record("Long meeting", *(f"{line} budget" for line in filler(60)))

    passages = search("budget", limit=20)

    places = [segment.number for passage in passages for segment in passage.segments]
    assert len(places) == len(set(places))
    assert len(passages) > 4


def test_a_rare_word_counts_more_than_common_ones() -> None:
    for number in range(20):
        record(f"Meeting {number}", "Ana: The budget and its plan, the budget and the plan, and again budget and plan.")
    rare = record("Another", "Ana: Somebody pays the greenhouse.")

    assert search("the greenhouse in the budget plan")[0].recording == rare


def test_more_mentions_in_less_text_rank_higher() -> None:
    said = "Ana: We spoke of budget and of many other matters of the day."
    long = record("Long", said, *filler(5))
    once = record("Once", said)
    often = record("Often", f"{said} The budget, the budget.")

    assert [passage.recording for passage in search("the budget")] == [often, once, long]


def test_one_common_word_of_a_question_answers_nothing(launch: Recording, garden: Recording) -> None:
    passages = search("Which planet has a greenhouse?")

    assert passages[0].recording == garden
    assert 0 < passages[0].relevance < MIN_RELEVANCE


def test_the_rarest_word_or_two_others_answer(launch: Recording, garden: Recording) -> None:
    assert search("the greenhouse")[0].relevance >= MIN_RELEVANCE
    assert search("the greenhouse, the compost and the planet")[0].relevance >= MIN_RELEVANCE


def test_an_unrelated_question_has_a_low_relevance_and_a_related_one_a_high_one(launch: Recording) -> None:
    related = search("Why was the launch moved to October?")
    unrelated = search("Which airline lists its October flights to Mongolia?")

    assert related[0].relevance == pytest.approx(1.0)
    assert 0 < unrelated[0].relevance < MIN_RELEVANCE


def test_a_question_about_nothing_in_particular_gets_an_overview(launch: Recording, garden: Recording) -> None:
    long = record("Long meeting", *filler(80))

    firsts = [passage.segments[0].number for passage in search("What was this meeting about?", long, limit=4)]

    assert len(firsts) == 4
    assert firsts == sorted(firsts)
    assert firsts[0] == 1
    assert firsts[-1] > 50
    assert {p.recording for p in search("Summarize the meetings", limit=3)} == {long, garden, launch}


def test_an_overview_is_relevant_and_mere_stop_words_are_not(launch: Recording) -> None:
    assert [passage.relevance for passage in search("Give me a summary")] == [1.0]
    assert [passage.relevance for passage in search("What is it?")] == [0.0]
    assert [passage.relevance for passage in search(" ".join(STOP_WORDS))] == [0.0]


def test_indexing_again_replaces_the_passages(launch: Recording) -> None:
    Segment.objects.filter(recording=launch).update(text="We talk of pelicans.")
    launch.title = "Bird watch"
    launch.save()

    index([launch])

    assert search("October launch review") == []
    assert search("pelicans on the bird watch")[0].relevance == pytest.approx(1.0)
    assert IndexedPassage.objects.count() == 1


def test_deleted_recordings_are_not_found(launch: Recording, garden: Recording) -> None:
    launch.delete()

    assert search("launch in October") == []
    assert [passage.recording for passage in search("compost")] == [garden]


def test_a_changed_passage_is_found_by_its_new_text_alone(launch: Recording) -> None:
    IndexedPassage.objects.update(text="pelicans", stems="pelican")

    assert (len(search("launch")), len(search("pelicans"))) == (0, 1)


def test_a_recording_without_segments_is_not_found(launch: Recording) -> None:
    empty = record("Empty")

    assert search("launch", empty) == search("What was said?", empty) == []


def test_a_search_takes_a_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    recordings = [record(f"Meeting {number}", *["Ana: The budget."] * 3, *filler(20)) for number in range(20)]

    full_text = own_search()
    assert isinstance(full_text, FullText)
    scope = scope_of(*(recording.uuid for recording in recordings))
    with django_assert_max_num_queries(8):
        passages = full_text._search("budget", scope, limit=20)

    assert len(passages) == 20
