from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from chat.answers.evaluation import Asked, figures
from chat.models import Citation, Recording
from chat.retrieval.evaluation import Question

# Workers of a test run share the PostgreSQL server, and one would see the scratch database of the other.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("scratch databases")]

HERE, ELSEWHERE = Recording(pk=1, title="Here"), Recording(pk=2, title="Elsewhere")


def meeting(topic: str) -> dict[str, object]:
    chat = [{"speaker": "Ana", "content": f"filler{number} " * 60} for number in range(20)]
    chat[12]["content"] = f"We agreed at length that the {topic} must be moved behind the house before the winter."
    question = {"query": f"What was said on the {topic}?", "relevant_text_span": [["12", "12"]]}
    return {"meeting_transcripts": chat, "specific_query_list": [question]}


@pytest.fixture
def qmsum(tmp_path: Path) -> Path:
    path = tmp_path / "meetings.jsonl"
    path.write_text("\n".join(json.dumps(meeting(topic)) for topic in ("compost", "greenhouse")))
    return path


def test_it_prints_what_the_embedded_model_answers_and_cites(
    qmsum: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unanswerable = tmp_path / "unanswerable.jsonl"
    unanswerable.write_text('{"question": "Who painted the Mona Lisa?"}\n')

    call_command("evaluate_answers", qmsum, "--json", "--unanswerable", unanswerable)

    printed = json.loads(capsys.readouterr().out)
    assert (printed["database"], printed["embeddings"], printed["questions"]) == (connection.vendor, "none", 2)
    for names in ("{}", "{}, with filter"):
        shown = ("answered", "refused", "right citations", "spans cited")
        found = {name: printed[names.format(name)] for name in shown}
        assert found == {"answered": 2, "refused": 0, "right citations": 1.0, "spans cited": 1.0}
    assert printed["quotes not in source"] == printed["unanswerable, answered"] == 0
    assert Recording.objects.count() == 0


@pytest.mark.any_database
def test_figures_compare_each_citation_with_the_marked_spans() -> None:
    questions = [Question("What of the pump?", HERE, [(3, 5), (9, 9)]), Question("And the tank?", HERE, [(1, 1)])]
    answers = [Asked("“It leaks.” [1] “No.” [2]", [cite(1, 4, "It leaks."), cite(2, 6, "Yes.")], "embedded", 5.0)]
    refusal = Asked("I found nothing.", [], "", 1.0)

    counted = figures(questions, [*answers, refusal])

    assert (counted["answered"], counted["refused"], counted["right citations"]) == (1, 1, 0.5)
    assert (counted["spans cited"], counted["answers with a right one"], counted["median ms"]) == (0.5, 1.0, 3.0)
    assert (counted["quotes"], counted["quotes not in source"]) == (2, 1)


@pytest.mark.any_database
def test_figures_count_citations_of_other_meetings() -> None:
    asked = Asked("", [cite(1, 4, "Yes.", ELSEWHERE), cite(2, 7, "No.")], "embedded", 1.0)

    counted = figures([Question("What of the pump?", HERE, [(3, 5)])], [asked])

    assert (counted["from another meeting"], counted["right citations"]) == (0.5, 0.0)


@pytest.mark.any_database
def test_files_in_another_format_are_refused(qmsum: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("[]\n")

    with pytest.raises(CommandError, match="line 1"):
        call_command("evaluate_answers", bad)
    with pytest.raises(CommandError, match="not a list of questions"):
        call_command("evaluate_answers", qmsum, "--unanswerable", bad)


def cite(number: int, segment: int, excerpt: str, recording: Recording = HERE) -> Citation:
    return Citation(number=number, recording_uuid=recording.uuid, segment=segment, excerpt=excerpt)
