"""Databricks Vector Search, asked with the real client where it is installed, and which results may be shown."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from chat.answers import rag
from chat.database import in_database
from chat.llm import chat_model
from chat.models import Recording
from chat.passages import Passage
from chat.retrieval import MIN_RELEVANCE, retriever, state, vector_search, warm
from chat.upstream.breaker import FAILURES

from ..support.hearing import scope_of
from ..support.library import filler, record, search
from ..support.vector_search import INDEX, use_the_client
from ..support.workspace import OAUTH_TOKEN, PROVIDER_TEXT, TOKEN, Workspace

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "canary-of-the-secret-6640"
QUERY = "When is the launch?"
OWN_SEARCH = [("Launch review", 1, 10)]
"""The passage that the full text finds."""


@pytest.fixture(autouse=True)
def index(workspace: Workspace, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The workspace, as the site's retriever."""
    use_the_client(monkeypatch)
    settings.CHAT_RETRIEVER = f"databricks:{INDEX}"
    return workspace


@pytest.fixture
def launch() -> Recording:
    return record("Launch review", "Ana: The launch moves to October.", "Ben: Then the price list is late.", *filler(9))


@pytest.fixture
def garden() -> Recording:
    return record("Allotment call", "Cleo: The tomatoes need a greenhouse.")


def row(recording: object, first: object, last: object, score: object = 0.8) -> list[object]:
    uuid = str(recording.uuid) if isinstance(recording, Recording) else recording
    return [uuid, first, last, "id", "text of the index", score]


def places(passages: list[Passage]) -> list[tuple[str, int, int]]:
    return [(p.recording.title, p.segments[0].number, p.segments[-1].number) for p in passages]


def filters(workspace: Workspace) -> list[set[str]]:
    return [set(json.loads(query["filters_json"])["recording_id"]) for query in workspace.queries]


def test_results_of_the_index_are_shown_with_the_text_of_our_own_transcript(
    index: Workspace, launch: Recording, garden: Recording
) -> None:
    index.rows = [row(garden, 1, 1, 0.5), row(launch, 2, 3, 0.9)]

    passages = search("vegetables")

    assert places(passages) == [("Launch review", 2, 3), ("Allotment call", 1, 1)]
    assert passages[0].segments[0].text == "Then the price list is late."
    assert (passages[0].start, passages[0].score, passages[0].relevance) == (20.0, 0.9, MIN_RELEVANCE)
    assert "text of the index" not in str(passages)


def test_the_filter_is_in_every_request(index: Workspace, launch: Recording, garden: Recording) -> None:
    index.rows = [row(launch, 1, 2)]

    search(QUERY, launch)
    search(QUERY)
    search(QUERY, launch, garden)

    assert filters(index) == [{str(launch.uuid)}, *[{str(launch.uuid), str(garden.uuid)}] * 2]
    assert {asked.key for asked in index.asked if asked.path.endswith("/query")} == {TOKEN}
    assert [query["query_text"] for query in index.queries] == [QUERY] * 3


def test_many_recordings_take_several_requests(index: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_search, "RECORDINGS_AT_ONCE", 3)
    recordings = [record(f"Meeting {number}", "Ana: The launch.") for number in range(7)]
    index.rows = [row(recording, 1, 1) for recording in recordings]

    assert len(search(QUERY)) == 7
    assert sorted(map(len, filters(index))) == [1, 3, 3]
    assert set().union(*filters(index)) == {str(recording.uuid) for recording in recordings}


def test_a_passage_outside_the_filter_that_the_index_returns_anyway_is_never_shown(
    index: Workspace, launch: Recording, garden: Recording
) -> None:
    index.rows = [row(garden, 1, 1, 0.99), row(launch, 1, 1, 0.1)]

    assert places(search(QUERY, launch)) == [("Launch review", 1, 1)]


async def test_an_answer_neither_quotes_nor_cites_passages_outside_the_filter(
    index: Workspace, launch: Recording, garden: Recording
) -> None:
    index.rows = [row(garden, 1, 1, 0.99), row(launch, 1, 2, 0.1)]

    scope = await in_database(scope_of, launch.uuid)
    parts = [part async for part in rag.answer(QUERY, history=(), scope=scope)]

    answered = parts[-1]
    assert isinstance(answered, rag.Answered)
    assert {citation.recording_title for citation in answered.citations} == {launch.title}
    assert "greenhouse" not in "".join(map(str, parts))
    assert filters(index) == [{str(launch.uuid)}]


def test_a_filter_that_matches_no_recording_sends_no_request(index: Workspace, launch: Recording) -> None:
    index.rows = [row(launch, 1, 1)]

    assert asyncio.run(retriever().retrieve(QUERY, scope=scope_of(uuid4()), limit=8)) == []
    assert index.queries == []


@pytest.mark.parametrize(
    "strange",
    [
        (str(uuid4()), 1, 1), ("no uuid", 1, 1), (None, 1, 1), (7, 1, 1), ("launch", 90, 99), ("launch", 2, 1),
        ("launch", 0, 1), ("launch", -5, -1), ("launch", "x", 1), ("launch", None, 1), ("launch", 1, 10**30),
        ("launch", 1e400, 1), ("launch", 1, 1, "much"), ("'; DROP TABLE chat_recording; --", 1, 1),
    ],
)  # fmt: skip
def test_rows_that_name_no_passage_of_ours_are_dropped(
    index: Workspace, launch: Recording, strange: tuple[Any, ...]
) -> None:
    recording = launch if strange[0] == "launch" else strange[0]
    index.rows = [row(recording, *strange[1:]), row(launch, "2", 2.0, 0.1)]

    assert places(search(QUERY)) == [("Launch review", 2, 2)]


def test_passages_share_no_segment_and_keep_to_the_limit(index: Workspace, launch: Recording) -> None:
    index.rows = [row(launch, 1, 3, 0.9), row(launch, 3, 5, 0.8), row(launch, 4, 5, 0.7), row(launch, 6, 7, 0.6)]

    assert places(search(QUERY)) == [("Launch review", n, m) for n, m in ((1, 3), (4, 5), (6, 7))]
    assert places(search(QUERY, limit=1)) == [("Launch review", 1, 3)]


def test_a_deleted_recording_is_not_found(index: Workspace, launch: Recording, garden: Recording) -> None:
    index.rows = [row(launch, 1, 1), row(garden, 1, 1)]
    launch.delete()

    assert places(search(QUERY)) == [("Allotment call", 1, 1)]


@pytest.mark.parametrize("step", [401, 403, 404, (429, 600), 500, 503, b"{", {"result": 7}, {"error": PROVIDER_TEXT}])
def test_when_the_index_fails_the_full_text_answers_and_one_line_is_logged(
    index: Workspace, launch: Recording, caplog: pytest.LogCaptureFixture, step: object
) -> None:
    index.rows = [row(launch, 5, 5)]
    warm()
    index.plan = [step]

    assert places(search(QUERY)) == OWN_SEARCH

    messages = [line.getMessage() for line in caplog.records if line.levelno >= logging.WARNING]
    assert [message.startswith(f"The index {INDEX} ") for message in messages] == [True]
    assert PROVIDER_TEXT not in caplog.text
    assert TOKEN not in caplog.text


def test_a_silent_index_times_out(index: Workspace, launch: Recording, settings: Settings) -> None:
    warm()
    settings.CHAT_RETRIEVAL_SECONDS = 0.3
    index.plan = ["stall"]

    assert places(search(QUERY)) == OWN_SEARCH


def test_when_the_index_returns_only_unknown_recordings_the_full_text_answers(
    index: Workspace, launch: Recording, caplog: pytest.LogCaptureFixture
) -> None:
    index.rows = [row(str(uuid4()), 1, 1)]

    assert places(search(QUERY)) == OWN_SEARCH
    assert "nothing that may be shown" in caplog.text


def test_a_question_about_nothing_in_particular_is_not_sent(index: Workspace, launch: Recording) -> None:
    assert places(search("What was this meeting about?"))
    assert search("🎉") == []
    assert index.queries == []


def test_an_index_that_is_down_shows_in_readyz_and_is_not_asked(
    index: Workspace, launch: Recording, client: Client
) -> None:
    chat_model()
    warm()
    index.plan = [500] * FAILURES
    for _ in range(FAILURES):
        search(QUERY)

    answer = client.get("/readyz")

    assert places(search(QUERY)) == OWN_SEARCH
    assert len(index.queries) == FAILURES
    assert (answer.status_code, answer.json()["retrieval"]) == (200, "unavailable")


def test_the_index_is_looked_up_once_before_the_first_search_and_the_client_prints_nothing(
    index: Workspace, launch: Recording, capfd: pytest.CaptureFixture[str]
) -> None:
    warm()
    index.rows = [row(launch, 1, 1)]
    capfd.readouterr()

    for _ in range(3):
        search(QUERY)

    looked_up = [asked for asked in index.asked if asked.path.endswith(f"/indexes/{INDEX}")]
    assert 1 <= len(looked_up) <= 2  # the client itself may ask twice
    assert index.asked.index(looked_up[-1]) < index.asked.index(
        next(a for a in index.asked if a.path.endswith("/query"))
    )
    assert state() == "ok"
    assert capfd.readouterr().out == ""


def test_a_service_principal_gets_a_token_and_sends_it(
    index: Workspace, launch: Recording, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DATABRICKS_TOKEN = ""
    settings.DATABRICKS_CLIENT_ID, settings.DATABRICKS_CLIENT_SECRET = "principal", SECRET
    index.rows = [row(launch, 1, 1)]

    assert [places(search(QUERY)) for _ in range(2)] == [[("Launch review", 1, 1)]] * 2

    assert {asked.key for asked in index.asked if asked.path.endswith("/query")} == {OAUTH_TOKEN}
    assert SECRET not in caplog.text + str(index.queries)


@pytest.mark.parametrize("value", ["databricks", "databricks:", "embedded:x", "oracle"])
def test_the_error_names_an_unknown_retriever(settings: Settings, value: str) -> None:
    settings.CHAT_RETRIEVER = value

    with pytest.raises(ImproperlyConfigured, match=f"CHAT_RETRIEVER='{value}'"):
        retriever()
