"""Search by words and by meaning, on both databases."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from chat.llm import chat_model
from chat.models import IndexedPassage, PassageVector, Recording
from chat.passages import Passage
from chat.retrieval import MIN_RELEVANCE, index, retriever, warm
from chat.retrieval.hybrid import Hybrid, _vector, _with_an_answer
from chat.retrieval.reach import EVERYTHING
from chat.retrieval.results import Hit
from chat.upstream.breaker import FAILURES

from ..support.hearing import scope_of
from ..support.library import filler, record, search
from ..support.workspace import PROVIDER_TEXT, TOKEN, Workspace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pgvector]

IN_OTHER_WORDS = "Which vegetables grow under glasshouse roofs?"


@pytest.fixture(autouse=True, params=["openai:fake", "databricks:fake"])
def model(request: pytest.FixtureRequest, workspace: Workspace, settings: Settings) -> str:
    settings.EMBEDDINGS = request.param
    return str(request.param)


@pytest.fixture
def launch() -> Recording:
    return record("Launch review", "Ana: The launch moves to October.", "Ben: Then the price list is late.")


@pytest.fixture
def garden() -> Recording:
    return record("Allotment call", "Cleo: The tomatoes need a greenhouse.")


@pytest.fixture
def indexed(launch: Recording, garden: Recording) -> tuple[Recording, Recording]:
    call_command("index_recordings")
    return launch, garden


def titles(passages: list[Passage]) -> list[str]:
    return [passage.recording.title for passage in passages]


def test_a_passage_in_other_words_is_found(indexed: object) -> None:
    assert titles(search(IN_OTHER_WORDS))[0] == "Allotment call"


def test_a_vector_alone_does_not_count_as_an_answer(indexed: object) -> None:
    passages = search("Which planet has glasshouse roofs?")

    assert len(passages) == 2
    assert all(passage.relevance < MIN_RELEVANCE for passage in passages)


@pytest.mark.any_database
def test_the_best_passage_that_answers_by_its_words_goes_first_if_no_other_would_be_shown() -> None:
    near = [Hit(pk, 1.0, 0.0) for pk in range(1, 9)]
    answers = [Hit(pk, 0.1, MIN_RELEVANCE) for pk in (20, 21)]

    assert [hit.pk for hit in _with_an_answer([*near, *answers], answers, 8)][:3] == [20, 1, 2]
    assert _with_an_answer([*near, *answers], answers, 9) == [*near, *answers]
    assert _with_an_answer(near, [], 8) == near


def test_a_passage_that_both_searches_find_comes_first(indexed: object) -> None:
    record("Old launch", *["Ana: A launch, another launch."] * 3)
    call_command("index_recordings")

    assert titles(search("When does the launch in autumn ship, in October?"))[0] == "Launch review"


def test_the_filter_is_applied_to_vectors_too(indexed: tuple[Recording, Recording]) -> None:
    launch, garden = indexed

    assert titles(search(IN_OTHER_WORDS, launch)) == ["Launch review"]
    assert titles(search(IN_OTHER_WORDS, garden)) == ["Allotment call"]


def test_a_passage_out_of_scope_is_not_shown_though_the_vectors_find_it(
    indexed: tuple[Recording, Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    launch, _ = indexed
    hybrid = retriever()
    assert isinstance(hybrid, Hybrid)
    everywhere = type(hybrid.vectors).nearest
    monkeypatch.setattr(
        type(hybrid.vectors), "nearest", lambda self, vector, _, limit: everywhere(self, vector, EVERYTHING, limit)
    )

    assert titles(search(IN_OTHER_WORDS, launch)) == ["Launch review"]


def test_results_share_no_segment(indexed: object) -> None:
    record("Long meeting", *(f"{line} tomatoes" for line in filler(60)))
    call_command("index_recordings")

    places = [(p.recording.pk, s.number) for p in search("vegetables and tomatoes", limit=20) for s in p.segments]

    assert len(places) == len(set(places)) > 20


def test_an_event_loop_can_search(indexed: object) -> None:
    scope = scope_of()

    async def ask() -> list[Passage]:
        return await retriever().retrieve(IN_OTHER_WORDS, scope=scope, limit=8)

    assert titles(asyncio.run(ask())) == titles(search(IN_OTHER_WORDS))


def test_a_passage_without_a_vector_is_found_by_its_words(indexed: object) -> None:
    record("Bird watch", "Dev: The pelicans have come back.")

    assert titles(search("pelicans"))[0] == "Bird watch"


def test_without_any_vector_only_the_full_text_is_searched(launch: Recording, garden: Recording) -> None:
    assert titles(search("launch")) == ["Launch review"]
    assert search(IN_OTHER_WORDS, launch) == []


def test_a_question_about_nothing_in_particular_gets_an_overview_without_a_request(
    indexed: object, workspace: Workspace
) -> None:
    workspace.asked.clear()

    assert len(search("What was this meeting about?")) == 2
    assert search("") == search("🎉") == search("launch", limit=0) == []
    assert [text for text in workspace.embedded if text != "launch"] == []


@pytest.mark.parametrize("step", [401, 429, 500, b"{", {"data": []}, {"data": [{"embedding": [1.0, 2.0]}]}])
def test_without_a_vector_of_the_question_only_the_full_text_is_searched(
    indexed: object, workspace: Workspace, caplog: pytest.LogCaptureFixture, step: object
) -> None:
    workspace.plan = [step]

    assert titles(search("launch")) == ["Launch review"]
    assert PROVIDER_TEXT not in caplog.text
    assert TOKEN not in caplog.text


def test_a_failure_is_logged_in_one_line(
    indexed: object, workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    workspace.plan = [500]

    search("launch")

    [line] = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert line == "The embedding endpoint failed (InternalServerError, status 500); searching without it"


def test_a_silent_endpoint_times_out(indexed: object, workspace: Workspace, settings: Settings) -> None:
    settings.CHAT_RETRIEVAL_SECONDS = 0.3
    search("launch")
    workspace.plan = ["stall"]
    began = time.monotonic()

    assert titles(search("launch")) == ["Launch review"]
    assert time.monotonic() - began < 5


@pytest.mark.any_database
def test_an_endpoint_that_is_down_shows_in_readyz_and_is_not_asked(
    indexed: object, workspace: Workspace, client: Client
) -> None:
    chat_model()
    workspace.plan = [500] * FAILURES
    for _ in range(FAILURES):
        search("launch")
    asked = len(workspace.asked)

    answer = client.get("/readyz")

    assert titles(search("launch")) == ["Launch review"]
    assert len(workspace.asked) == asked
    assert (answer.status_code, answer.json()["retrieval"]) == (200, "unavailable")


def test_without_readable_vectors_only_the_full_text_is_searched(
    indexed: object, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("no such table")

    hybrid = retriever()
    assert isinstance(hybrid, Hybrid)
    monkeypatch.setattr(hybrid.vectors, "nearest", refuse)

    assert titles(search("launch")) == ["Launch review"]
    assert "OperationalError" in caplog.text


def test_added_and_deleted_vectors_take_effect_at_once(indexed: tuple[Recording, Recording]) -> None:
    launch, garden = indexed
    assert titles(search(IN_OTHER_WORDS))[0] == "Allotment call"

    garden.delete()
    second = record("Second call", "Dev: A greenhouse for tomatoes.")
    call_command("index_recordings")
    assert titles(search(IN_OTHER_WORDS))[0] == "Second call"

    index([second])
    assert "Second call" not in titles(search(IN_OTHER_WORDS, second))
    PassageVector.objects.all().delete()
    assert search(IN_OTHER_WORDS, launch) == []


def test_vectors_of_other_lengths_are_ignored(indexed: object, model: str) -> None:
    lone = record("Odd", "Dev: The greenhouse tomatoes.")
    PassageVector.objects.create(
        passage=IndexedPassage.objects.get(recording=lone), model=model, dimensions=2, vector=b"\0\0\x80?\0\0\0\0"
    )

    assert titles(search(IN_OTHER_WORDS))[0] == "Allotment call"


def test_a_search_takes_a_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    recordings = [record(f"Meeting {number}", "Ana: The launch.", *filler(20)) for number in range(20)]
    call_command("index_recordings")
    search("ship in autumn", *recordings)
    hybrid, vector = retriever(), _vector("launch in autumn")
    assert isinstance(hybrid, Hybrid)

    scope = scope_of(*(recording.uuid for recording in recordings))
    with django_assert_max_num_queries(12):
        passages = hybrid._search("launch in autumn", vector, scope, limit=20)

    assert len(passages) == 20


def test_warming_up_sends_no_text(workspace: Workspace) -> None:
    warm()

    assert workspace.embedded == []
