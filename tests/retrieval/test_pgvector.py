"""The vectors of PostgreSQL where the server has pgvector; elsewhere these tests check that memory is searched."""

from __future__ import annotations

from array import array
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection
from pytest_django import Settings

from chat.models import PassageVector, Recording
from chat.retrieval import pgvector
from chat.retrieval.hybrid import NearestNeighbours
from chat.retrieval.matrix import Matrix
from chat.retrieval.pgvector import PgVector
from chat.retrieval.reach import EVERYTHING, Reach, reach_of
from chat.retrieval.results import execute, rows

from ..support.hearing import scope_of
from ..support.library import filler, record
from ..support.workspace import Workspace, vector

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pgvector]

MODEL = "openai:it's 100 %"


@pytest.fixture(autouse=True)
def server(workspace: Workspace, settings: Settings, db: None) -> None:
    settings.EMBEDDINGS = MODEL
    if connection.vendor == "postgresql":
        execute("ALTER TABLE chat_passagevector DROP COLUMN IF EXISTS embedding")


@pytest.fixture
def recordings() -> list[Recording]:
    return [record(f"Meeting {n}", f"Ana: The launch {n}.", *filler(n), "Ben: Tomatoes.") for n in range(1, 30, 4)]


def has_extension() -> bool:
    return connection.vendor == "postgresql" and bool(rows(pgvector._EXTENSION_IS_AVAILABLE, [])[0][0])


def unit(text: str) -> bytes:
    values = vector(text)
    length = sum(value * value for value in values) ** 0.5
    return array("f", [value / length for value in values]).tobytes()


def scores(vectors: NearestNeighbours, reach: Reach = EVERYTHING) -> list[float]:
    return [round(hit.score, 4) for hit in vectors.nearest(unit("launch tomatoes"), reach, 5)]


def test_the_command_hands_the_vectors_to_pgvector_where_the_server_has_it(
    recordings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("index_recordings")

    assert ("pgvector searches them." in capsys.readouterr().out) == has_extension()
    assert connection.vendor != "postgresql" or pgvector.is_set_up() == has_extension()


def test_it_finds_the_same_as_the_search_in_memory(recordings: list[Recording]) -> None:
    call_command("index_recordings")
    nearest: NearestNeighbours = PgVector(MODEL) if connection.vendor == "postgresql" else Matrix(MODEL)
    scope = reach_of(scope_of(*(recording.uuid for recording in recordings[2:5])))

    assert scores(nearest) == scores(Matrix(MODEL))
    assert scores(nearest, scope) == scores(Matrix(MODEL), scope)
    assert len(scores(nearest, scope)) == 5
    assert scores(nearest, reach_of(scope_of(uuid4()))) == []


def test_vectors_from_before_the_extension_are_handed_over_and_a_second_run_changes_nothing(
    recordings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(pgvector, "set_up", lambda: False)
        call_command("index_recordings")

    for _ in range(2):
        call_command("index_recordings")

    if has_extension():
        assert rows("SELECT COUNT(*) FROM chat_passagevector WHERE embedding IS NULL", []) == [(0,)]
        assert len(rows("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'passage_nearest_%%'", [])) == 1


def test_without_the_right_to_create_the_extension_the_vectors_are_searched_in_memory(
    recordings: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(sql: str, parameters: object = None) -> None:
        raise ProgrammingError("permission denied")

    monkeypatch.setattr(pgvector, "execute", refused)

    call_command("index_recordings")

    assert "pgvector" not in capsys.readouterr().out
    nearest: NearestNeighbours = PgVector(MODEL) if connection.vendor == "postgresql" else Matrix(MODEL)
    assert scores(nearest) == scores(Matrix(MODEL)) != []


def test_the_index_is_used_for_a_question_without_a_filter(recordings: object) -> None:
    call_command("index_recordings")
    if not has_extension():
        return
    statement = pgvector._nearest(MODEL, 64)
    query_vector = pgvector.literal(unit("launch"))
    execute("SET enable_sort = off")  # the planner prefers to sort so few rows
    try:
        plan = rows(f"EXPLAIN {statement}", [query_vector, query_vector, 5])
    finally:
        execute("RESET enable_sort")

    assert "passage_nearest_" in str(plan)


def test_the_index_of_another_model_is_dropped_with_its_vectors(recordings: object, settings: Settings) -> None:
    call_command("index_recordings")
    settings.EMBEDDINGS = "databricks:other"
    call_command("index_recordings")

    assert set(PassageVector.objects.values_list("model", flat=True)) == {"databricks:other"}
    if has_extension():
        assert len(rows("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'passage_nearest_%%'", [])) == 1
