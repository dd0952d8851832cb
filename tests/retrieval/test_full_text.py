from __future__ import annotations

import asyncio
import re
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, connections
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from chat.errors import RetrievalFailed
from chat.models import IndexedPassage, Recording, Segment
from chat.retrieval import MIN_RELEVANCE, index, index_again, own_search, retriever
from chat.retrieval.full_text import FullText
from chat.terms import STOP_WORDS

from ..support.library import filler, record, search

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def launch() -> Recording:
    return record(
        "Launch review",
        "Ana: The launch moves to the third of October, because the translations are late.",
        "Ben: Then the price list must be decided before the summer.",
    )


@pytest.fixture
def garden() -> Recording:
    return record("Allotment call", "Cleo: The tomatoes need a greenhouse.", "Dev: And the compost is nearly ready.")


def test_a_question_finds_the_passage_that_answers_it(launch: Recording, garden: Recording) -> None:
    passages = search("When is the launch?")

    assert passages[0].recording == launch
    assert [segment.number for segment in passages[0].segments] == [1, 2]
    assert passages[0].speakers == ["Ana", "Ben"]
    assert (passages[0].start, passages[0].end) == (10.0, 29.0)


@pytest.mark.parametrize("query", ["launching translation?", "LAUNCHED", "Décisions about the prices; läunch"])
def test_a_word_matches_in_any_form_case_and_accent(launch: Recording, garden: Recording, query: str) -> None:
    assert search(query)[0].recording == launch


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
    assert asyncio.run(retriever().retrieve("launch", recordings=[uuid4()], limit=8)) == []


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


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("an L_C_D_ screen", "the LCD"),
        ("an LCD screen", "L.C.D."),
        ("two L_C_D_s", "which LCD"),
        ("a T_V_ set", "TV"),
        ("by e-mail", "an email"),
        ("by email", "e-mails"),
        ("a touch-screen", "touchscreen"),
        ("a touch screen", "touchscreen"),
        ("a touch screen", "touch-screen"),
        ("a touchscreen", "touch-screen"),
        ("Hughes' plan", "Hughes"),
        ("the budget of Mara", "Mara’s budget"),
        ("our favourite colour", "favorite colors"),
        ("to organize it", "who organised"),
        ("the programme", "programs"),
        ("a quote", "quotations"),
    ],
)
def test_spelling_variants_are_found_and_answer(launch: Recording, garden: Recording, said: str, asked: str) -> None:
    meeting = record("Other", f"Eve: Somebody has {said} here.")

    passages = search(asked)

    assert passages[0].recording == meeting
    assert passages[0].relevance >= MIN_RELEVANCE


@pytest.mark.parametrize("letter", "ADEMOSTY")
def test_a_letter_after_a_title_is_a_name(letter: str) -> None:
    for other in "BFGH":
        record(f"Meeting {other}", *[f"PhD {other}: I like the filter."] * 3)
    meant = record("Short", f"PhD {letter}: I doubt the filter.")

    passages = search(f"What did PhD {letter} say?")

    assert [passage.recording for passage in passages if passage.relevance >= MIN_RELEVANCE] == [meant]


def test_passages_of_an_older_version_are_indexed_again_and_keep_their_rows(launch: Recording) -> None:
    meeting = record("Screens", "Eve: An L_C_D_ costs less.")
    pk = IndexedPassage.objects.get(recording=meeting).pk
    IndexedPassage.objects.filter(pk=pk).update(text="screens eve an l c d costs less", terms_version=None)
    assert search("LCD") == []

    assert index_again() == 1

    assert [passage.recording for passage in search("LCD")] == [meeting]
    assert IndexedPassage.objects.get(recording=meeting).pk == pk
    assert index_again() == 0


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


def test_a_misspelt_word_finds_the_right_one_with_less_relevance(launch: Recording, garden: Recording) -> None:
    meant, misspelt = search("the translations"), search("the transaltions")

    assert [passage.recording for passage in misspelt] == [launch]
    assert 0 < misspelt[0].relevance < MIN_RELEVANCE <= meant[0].relevance


def test_a_misspelt_word_beside_another_one_answers(launch: Recording, garden: Recording) -> None:
    assert search("the transaltions for the launch")[0].relevance >= MIN_RELEVANCE


@pytest.mark.parametrize("asked", ["calories", "whaling", "mercury", "androids"])
def test_a_word_with_another_beginning_is_not_a_similar_spelling(asked: str) -> None:
    record("Other", "Eve: Call us. Wha Merge And they")

    assert all(passage.relevance == pytest.approx(0.0) for passage in search(asked))


def test_a_similar_word_is_found_when_the_filter_excludes_the_right_one(launch: Recording) -> None:
    near = record("Lunch", "Cleo: The launderette is open.")
    record("Other", "Cleo: Where is the laundry?")

    passages = search("laundry", near)

    assert [(passage.recording, passage.relevance) for passage in passages] == [(near, 0.0)]


def test_a_question_without_any_similar_word_finds_nothing(launch: Recording) -> None:
    assert search("xylophone") == search("？！🎉") == search("") == search("launch", limit=0) == []


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


def test_scripts_without_spaces_and_with_accents_are_found(launch: Recording) -> None:
    meeting = record("定例会議", "田中: 来年度の予算は会議室で決めます。", "प्रिया: हमें बजट चाहिए।")

    assert [passage.recording for passage in search("予算について")] == [meeting]
    assert [passage.recording for passage in search("बजट")] == [meeting]


def test_a_long_segment_is_one_passage_with_its_text_unchanged() -> None:
    speech = "  " + "Friends, “romans” & countrymen\x0b — lend me your ears! " * 2000
    recording = record("Speech", "Mark: We begin.", f"Mark: {speech}", "Mark: We end.")

    passages = search("romans")

    assert [segment.text for passage in passages for segment in passage.segments if segment.number == 2] == [speech]
    assert passages[0].recording == recording


def test_a_text_longer_than_the_database_can_index_is_found_by_its_beginning() -> None:
    recording = record("Endless", "Ana: " + " ".join(f"word{number}" for number in range(250_000)))

    assert [passage.recording for passage in search("word7")] == [recording]


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
    IndexedPassage.objects.update(text="pelicans")

    assert (len(search("launch")), len(search("pelicans"))) == (0, 1)


def test_a_recording_without_segments_is_not_found(launch: Recording) -> None:
    empty = record("Empty")

    assert search("launch", empty) == search("What was said?", empty) == []


def test_a_search_takes_a_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    recordings = [record(f"Meeting {number}", *["Ana: The budget."] * 3, *filler(20)) for number in range(20)]

    full_text = own_search()
    assert isinstance(full_text, FullText)
    with django_assert_max_num_queries(8):
        passages = full_text._search("budget", [recording.uuid for recording in recordings], limit=20)

    assert len(passages) == 20


HOSTILE = [
    "'", '"', '"""', "launch AND NOT (", "launch NEAR/2", "launch*", "text:launch", "-launch", "^launch", "a&|!:*b",
    "<->", "launch\x00", "\ud800launch", "🎉 launch", "%s %(x)s {0} \\", "'; DROP TABLE chat_recording; --",
    "launch " * 7000,
    "l" * 50_000, "launch " + " ".join(f"w{number}" for number in range(8000)), "ﬁ ① ² ٣ Ⅷ", "\u0301\u0900\u0e31",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: re.sub(r"\W", "_", query[:20]))
def test_any_string_is_a_query(launch: Recording, query: str) -> None:
    assert [passage.recording for passage in search(query)] in ([launch], [])
    assert "launch" not in query.split() or search(query)


def test_any_text_is_a_query() -> None:
    record("Notes: 会議", "Ana: The launch naïve 予算 हिन्दी price.", "Ben: Straße 12, 3.5 % ① ﬁne.")

    @given(st.text(st.characters()))
    def ask(query: str) -> None:
        assert len(search(query)) <= 1
        assert len(search(f"launch {query}")) == 1

    ask()


def test_any_text_can_be_indexed() -> None:
    recording = record("Notes", "Ana: text")

    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
    def keep(text: str) -> None:
        Segment.objects.filter(recording=recording).update(text=text)
        index([recording])
        assert [segment.text for passage in search("notes") for segment in passage.segments] == [text]

    keep()


def test_a_database_error_is_a_failed_retrieval(launch: Recording) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("disk I/O error")

    full_text = own_search()
    assert isinstance(full_text, FullText)
    with connection.execute_wrapper(refuse), pytest.raises(RetrievalFailed):
        full_text._search("launch", [], limit=8)


def test_the_error_names_an_unknown_retriever(settings: Settings) -> None:
    settings.CHAT_RETRIEVER = "oracle"

    with pytest.raises(ImproperlyConfigured, match="CHAT_RETRIEVER='oracle'"):
        retriever()


def test_an_unsupported_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(connections["default"]), "vendor", "oracle")

    with pytest.raises(ImproperlyConfigured, match="oracle"):
        retriever()
