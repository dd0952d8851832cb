"""The language of a recording, and what of it a question finds."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from chat.models import IndexedPassage, Recording
from chat.retrieval import MIN_RELEVANCE, index, index_again
from chat.retrieval.entries import Entries, Said
from chat.search.places import places
from chat.search.query import parsed
from chat.terms import LANGUAGES, Asking, language_of, words

from ..support.hearing import scope_of
from ..support.library import record, search

SAID = {
    "da": "Vi har ikke besluttet, hvornår de nye maskiner skal leveres til værkstedet i Aarhus.",
    "de": "Wir haben noch nicht entschieden, wann die Ausschüsse über die Wahlkreise und Größen beraten.",
    "en": "We have not decided when the committees are going to discuss the constituencies.",
    "es": "Todavía no hemos decidido cuándo se presentarán las comisiones que están en la lista de elecciones.",
    "fi": "Me emme ole vielä päättäneet, milloin uudet koneet tulevat, mutta se on tämän vuoden jälkeen.",
    "fr": "Nous n’avons pas encore décidé quand les réalisations de l’équipe seront présentées à la réunion.",
    "it": "Non abbiamo ancora deciso quando le commissioni potranno discutere delle perché dei ritardi.",
    "nl": "Wij hebben nog niet besloten wanneer de commissies over de nieuwe kieskringen zullen praten.",
    "no": "Vi har ikke bestemt hvordan de nye maskinene skal fraktes, men det blir etter sommeren.",
    "pt": "Ainda não decidimos quando as informações das comissões serão apresentadas às equipes.",
    "ru": "Мы ещё не решили, когда новый рабочий комитет будет обсуждать эти вопросы.",
    "sv": "Vi har inte bestämt när de nya maskinerna ska levereras, men det blir efter sommaren.",
    "tr": "Yeni makinelerin ne zaman geleceğine henüz karar vermedik, ama bu yaz için daha çok şey var.",
}


def told(text: str, hint: str = "") -> str:
    return language_of(Counter(words(text)), hint)


def entries(text: str, language: str) -> set[str]:
    said = Said(text, words(text))
    [found] = Entries.of([said], Counter(said.words), language)
    return {*found.stems.split(), *found.others.split()}


@pytest.mark.parametrize("language", SAID)
def test_a_sentence_tells_its_language(language: str) -> None:
    assert told(SAID[language]) == language


def test_what_a_file_says_of_its_language_counts_in_doubt_alone() -> None:
    assert told("Pump LCD 300", "german") == "de"
    assert told(SAID["fr"], "german") == "fr"
    assert told("Pump LCD 300", "nb-NO") == "no"
    assert told("Pump LCD 300", "Klingon") == ""


@given(st.sampled_from(sorted(LANGUAGES)), st.sampled_from(sorted(SAID.values())), st.text(max_size=60))
def test_every_word_of_a_text_finds_it_in_every_language(language: str, sentence: str, text: str) -> None:
    indexed = entries(f"{sentence} {text}", language)

    for word in words(f"{sentence} {text}"):
        assert not indexed.isdisjoint(Asking.of([], (language,)).entries(word))


def test_a_question_is_read_in_a_scope_of_all_languages() -> None:
    for scope in (sorted(SAID), sorted(SAID)[1:], sorted(LANGUAGES)):
        assert "launch" in Asking.of(words("When is the launch of it?"), scope).informative(["launch", "the"])


def test_words_with_accents_are_found_with_and_without_them() -> None:
    indexed = entries("Les dépenses réalisées, и новый комитет.", "fr")

    for asked in ("réalisée", "realisees", "depenses", "dépense"):
        assert not indexed.isdisjoint(Asking.of([], ("fr",)).entries(words(asked)[0])), asked


@pytest.mark.django_db(transaction=True)
class TestRecordings:
    """What is found in recordings of several languages."""

    @pytest.fixture
    def council(self) -> Recording:
        return record(
            "Ausschuss",
            "Ana: Über die Wahlkreisreform reden wir, weil der Wahlkreis im Norden zu groß ist.",
            "Ben: Jede Reform der Wahlkreise kostet, und eine Reform ist noch kein Ergebnis.",
            "Ana: Die Professorinnen haben das Programm mit den Häusern und der Arbeitszeit gelesen.",
        )

    @pytest.fixture
    def launch(self) -> Recording:
        return record("Launch", "Eve: We have planned the launch for the third of October, and it is late.")

    def test_it_is_told_when_it_is_indexed_and_stays(self, council: Recording, launch: Recording) -> None:
        assert (council.language, launch.language) == ("de", "en")
        Recording.objects.filter(pk=launch.pk).update(language="fr")

        index([Recording.objects.get(pk=launch.pk)])

        assert Recording.objects.get(pk=launch.pk).language == "fr"

    @pytest.mark.parametrize("language", ["DE", "d", "deu"])
    def test_the_database_refuses_what_is_no_code(self, launch: Recording, language: str) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Recording.objects.filter(pk=launch.pk).update(language=language)

    @pytest.mark.parametrize(
        "question",
        [
            "Was wurde zum Wahlkreis gesagt?",
            "Welche Wahlkreise sind gemeint?",
            "Wer ist die Professorin?",
            "Worum geht es bei den Programmen?",
            "Wie groß ist das Haus?",
        ],
    )
    def test_german_words_are_found_in_all_forms(self, council: Recording, launch: Recording, question: str) -> None:
        found = search(question)

        assert found[0].recording == council
        assert found[0].relevance >= MIN_RELEVANCE

    def test_compounds_are_found_by_their_parts_and_by_other_compounds(self, council: Recording) -> None:
        assert search("Reform")[0].relevance >= MIN_RELEVANCE
        assert search("Die Reformwahlkreise?")[0].recording == council

    def test_a_german_question_without_a_subject_asks_about_the_recordings(self, council: Recording) -> None:
        assert search("Worum ging es in der Besprechung?")[0].relevance == 1.0

    def test_a_library_of_several_languages_is_searched_in_each(self, council: Recording, launch: Recording) -> None:
        assert search("When is the launch planned?")[0].recording == launch
        assert search("Wann kommt die Reform des Wahlkreises?")[0].recording == council
        assert search("launches")[0].recording == launch
        assert search("Wahlkreise")[0].recording == council

    def test_the_search_marks_other_forms_and_compounds(self, council: Recording) -> None:
        found = places(parsed("reform"), scope_of(), 0, 9).shown
        marked = {part.text for place in found for part in place.snippet if part.found}

        assert {"Reform", "Wahlkreisreform"} <= marked
        [place] = places(parsed("Professorin"), scope_of(), 0, 9).shown
        assert [part.text for part in place.snippet if part.found] == ["Professorinnen"]

    def test_recordings_of_an_older_version_get_their_language_and_stems(self, council: Recording) -> None:
        IndexedPassage.objects.update(stems=None, terms_version=2)
        Recording.objects.update(language="")
        assert search("Wahlkreisen") == []

        assert index_again() == 1

        assert Recording.objects.get().language == "de"
        assert search("Wahlkreisen")[0].recording == council
