"""The words of the full-text search: forms, spellings, names and scripts, and the passages indexed with them."""

from __future__ import annotations

import pytest

from chat.models import IndexedPassage, Recording
from chat.retrieval import MIN_RELEVANCE, index_again

from ..support.library import record, search

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("query", ["launching translation?", "LAUNCHED", "Décisions about the prices; läunch"])
def test_a_word_matches_in_any_form_case_and_accent(launch: Recording, garden: Recording, query: str) -> None:
    assert search(query)[0].recording == launch


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
    IndexedPassage.objects.filter(pk=pk).update(text="screens eve an l c d costs less", stems=None, terms_version=None)
    assert search("LCD") == []

    assert index_again() == 1

    assert [passage.recording for passage in search("LCD")] == [meeting]
    assert IndexedPassage.objects.get(recording=meeting).pk == pk
    assert index_again() == 0


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


def test_scripts_without_spaces_and_with_accents_are_found(launch: Recording) -> None:
    meeting = record("定例会議", "田中: 来年度の予算は会議室で決めます。", "प्रिया: हमें बजट चाहिए।")

    assert [passage.recording for passage in search("予算について")] == [meeting]
    assert [passage.recording for passage in search("बजट")] == [meeting]
