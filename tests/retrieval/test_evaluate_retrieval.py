from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from chat.models import IndexedPassage, Recording, Segment
from chat.retrieval.evaluation import mean_reciprocal_rank, read_unanswerable, success

from ..support.workspace import Workspace

# Workers of a test run share the PostgreSQL server, and one would see the scratch database of the other.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("scratch databases")]


def meeting(topic: str) -> dict[str, object]:
    chat = [{"speaker": "Ana", "content": f"filler{number} " * 60} for number in range(20)]
    chat[12]["content"] = f"We discussed the {topic} at length."
    return {
        "meeting_transcripts": chat,
        "specific_query_list": [
            {"query": f"What was said on the {topic}?", "relevant_text_span": [["12", "12"]]},
            {"query": f"What about the {topic} and nothing else?", "relevant_text_span": [["0", "0"]]},
        ],
    }


@pytest.fixture
def qmsum(tmp_path: Path) -> Path:
    path = tmp_path / "meetings.jsonl"
    path.write_text("\n".join(json.dumps(meeting(topic)) for topic in ("compost", "greenhouse")))
    return path


def test_it_prints_how_often_the_right_passage_is_found(qmsum: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("evaluate_retrieval", qmsum, "--json", "--limit", "5")

    assert json.loads(capsys.readouterr().out) == {
        "database": connection.vendor,
        "embeddings": "none",
        "questions": 4,
        "success@1": 0.5,
        "success@5": 0.5,
        "mrr@5": 0.5,
        "success@5 with filter": 0.5,
        "found": 1.0,
        "found with filter": 1.0,
        "found elsewhere": 0.0,
    }


def test_it_counts_what_is_refused_and_what_is_answered_in_vain(
    qmsum: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = {"Which volcano erupted?": "anything else", "Where is the greenhouse?": "these meetings"}
    path = tmp_path / "unanswerable.jsonl"
    path.write_text("\n".join(json.dumps({"question": text, "about": about}) for text, about in questions.items()))

    call_command("evaluate_retrieval", qmsum, "--json", "--unanswerable", path)

    figures = json.loads(capsys.readouterr().out)
    assert (figures["refused"], figures["unanswerable"], figures["answered"]) == (0, 2, 1)
    assert (figures["answered: anything else"], figures["answered: these meetings"]) == (0, 1)


@pytest.mark.any_database
def test_the_questions_of_the_documents_are_ten_about_anything_and_twenty_about_the_meetings() -> None:
    about = [question.about for question in read_unanswerable(Path(__file__).parent / "unanswerable.jsonl")]

    assert (about.count("anything else"), about.count("these meetings")) == (10, 20)


@pytest.mark.any_database
def test_with_embeddings_it_measures_both_searches_together(
    qmsum: Path, capsys: pytest.CaptureFixture[str], workspace: Workspace, settings: Settings
) -> None:
    settings.EMBEDDINGS = "openai:fake"

    call_command("evaluate_retrieval", qmsum, "--json", "--limit", "5")

    figures = json.loads(capsys.readouterr().out)
    assert (figures["embeddings"], figures["found elsewhere"]) == ("openai:fake", 0.0)
    assert figures["success@1"] >= 0.5
    assert len(workspace.embedded) > 12


@pytest.mark.any_database
def test_a_failing_endpoint_is_an_error(qmsum: Path, workspace: Workspace, settings: Settings) -> None:
    settings.EMBEDDINGS = "openai:fake"
    workspace.plan = [401]

    with pytest.raises(CommandError, match="Cannot embed the meetings"):
        call_command("evaluate_retrieval", qmsum)


@pytest.mark.any_database
def test_it_prints_a_table(qmsum: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("evaluate_retrieval", qmsum)

    assert "success@20               0.500\n" in capsys.readouterr().out


def test_it_deletes_its_database_and_leaves_the_one_in_use_alone(qmsum: Path, tmp_path: Path, settings: object) -> None:
    recording = Recording.objects.create(title="Compost", digest="d")
    Segment.objects.create(recording=recording, number=1, text="The compost of the team.")
    before, name = IndexedPassage.objects.count(), str(connection.settings_dict["NAME"])

    call_command("evaluate_retrieval", qmsum, "--json")

    assert list(Recording.objects.all()) == [recording]
    assert IndexedPassage.objects.count() == before
    assert str(connection.settings_dict["NAME"]) == name
    assert _scratch_databases() == []


@pytest.mark.any_database
@pytest.mark.parametrize(
    "line", ["{}", "[]", "no json", '{"meeting_transcripts": [{}], "specific_query_list": []}', "\x00"]
)
def test_a_file_in_another_format_is_refused_with_the_line_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(f"{json.dumps(meeting('compost'))}\n{line}\n")

    with pytest.raises(CommandError, match="line 2"):
        call_command("evaluate_retrieval", path)


@pytest.mark.any_database
def test_a_missing_file_and_a_limit_of_zero_are_refused(tmp_path: Path, qmsum: Path) -> None:
    with pytest.raises(CommandError, match="missing"):
        call_command("evaluate_retrieval", tmp_path / "missing.jsonl")
    with pytest.raises(CommandError, match="nowhere"):
        call_command("evaluate_retrieval", qmsum, "--unanswerable", tmp_path / "nowhere.jsonl")
    with pytest.raises(CommandError, match="--limit"):
        call_command("evaluate_retrieval", qmsum, "--limit", "0")


@pytest.mark.any_database
def test_figures_are_computed_from_ranks() -> None:
    assert success([1, 3, None, 6], 5) == pytest.approx(0.5)
    assert mean_reciprocal_rank([1, 2, None, 4]) == pytest.approx(1.75 / 4)
    assert success([], 5) == mean_reciprocal_rank([]) == pytest.approx(0.0)


def _scratch_databases() -> list[str]:
    if connection.vendor == "sqlite":
        from django.conf import settings

        return [path.name for path in settings.DATA_DIR.glob("*scratch*")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE '%%scratch%%'")
        return [name for (name,) in cursor.fetchall()]
