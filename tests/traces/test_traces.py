"""Export of traces to MLflow, by its own client to a server on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import pytest
from django.utils import timezone
from pytest_django import Settings

from chat.models import LoginSession, TraceExport, Turn
from chat.traces.exporter import Exporter

from ..support.asked import asked, citing, recorded
from ..support.reader import Reader
from ..support.site_process import SiteProcess
from ..support.tracking import environ, expire_claims, trace_id, tracking
from ..support.tracking_server import PROVIDER_TEXT, TrackingServer, tracking_server

__all__ = ["environ", "tracking"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("environ")]


def test_a_finished_turn_becomes_a_trace(login: LoginSession, tracking: TrackingServer) -> None:
    planning = recorded("Launch planning", "We ship in March.")
    turn = asked(login, "When do we ship?", recordings=[planning], answer="In March [1].", citations=[citing(planning)])

    assert Exporter().export() == 1

    info, [root, *parts] = tracking.traces[trace_id(turn)], tracking.spans[trace_id(turn)]
    assert (info["state"], info["request_preview"], info["response_preview"]) == (
        "OK",
        "When do we ship?",
        "In March [1].",
    )
    assert info["trace_metadata"]["mlflow.trace.session"] == str(turn.conversation.uuid)
    assert json.loads(info["trace_metadata"]["mlflow.trace.tokenUsage"])["total_tokens"] == 18
    assert (info["tags"]["chatsite.state"], info["tags"]["chatsite.model"]) == ("complete", "scripted")
    assert json.loads(root["attributes"]["mlflow.spanInputs"]) == {
        "question": "When do we ship?",
        "recordings": ["Launch planning"],
    }
    assert [part["name"] for part in parts] == ["queued", "retrieving", "answering"]
    assert {part["parent_span_id"] for part in parts} == {root["span_id"]}
    [cited] = json.loads(parts[1]["attributes"]["mlflow.spanOutputs"])
    assert (cited["page_content"], cited["metadata"]["title"]) == ("We ship in March.", "Launch planning")


@pytest.mark.parametrize(
    ("state", "trace_state"), [("stopped", "OK"), ("failed", "ERROR"), ("interrupted", "ERROR"), ("cancelled", None)]
)
def test_every_turn_that_ran_gets_a_trace_with_its_state(
    login: LoginSession, tracking: TrackingServer, state: str, trace_state: str | None
) -> None:
    turn = asked(login, state=state)

    Exporter().export()

    assert tracking.traces.get(trace_id(turn), {}).get("state") == trace_state


def test_a_running_or_waiting_turn_has_no_trace_yet(login: LoginSession, tracking: TrackingServer) -> None:
    asked(login, state="streaming")
    asked(login, state="queued")

    assert Exporter().export() == 0


def test_the_span_of_each_step_has_its_recorded_duration(
    login: LoginSession, tracking: TrackingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [("retrieving", 200), ("waiting", 300), ("answering", 1500)]
    monkeypatch.setattr(Turn, "step_times", steps)
    turn = asked(login)

    Exporter().export()

    times = {s["name"]: s["end_time_unix_nano"] - s["start_time_unix_nano"] for s in tracking.spans[trace_id(turn)]}
    assert {name: times[name] for name in ("retrieving", "waiting", "answering")} == {
        "retrieving": 200_000_000,
        "waiting": 300_000_000,
        "answering": 1_500_000_000,
    }


def test_without_texts_no_text_and_no_name_leaves_the_site(
    login: LoginSession, tracking: TrackingServer, settings: Settings
) -> None:
    settings.MLFLOW_TEXTS = False
    planning = recorded("Launch planning", "We ship in March.")
    asked(login, "When do we ship?", recordings=[planning], answer="In March [1].", citations=[citing(planning)])

    Exporter().export()

    sent = json.dumps(tracking.requests)
    assert [word for word in ("March", "ship", "planning", "alice", "Ana") if word in sent] == []
    assert len(tracking.spans) == 1


def test_a_trace_is_sent_once(login: LoginSession, tracking: TrackingServer) -> None:
    asked(login)

    sent = [Exporter().export(), Exporter().export()]
    expire_claims()

    assert [*sent, Exporter().export()] == [1, 0, 0]


@pytest.mark.parametrize("part", ["/experiments/", "/mlflow/traces", "/mlflow-artifacts/"])
def test_a_failing_server_loses_no_trace(
    login: LoginSession, tracking: TrackingServer, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    turns, exporter = [asked(login), asked(login)], Exporter()
    tracking.fails = {part}
    sent_while_failing = [exporter.export(), exporter.export()]
    tracking.fails = set()
    expire_claims()

    assert [*sent_while_failing, exporter.export()] == [0, 0, 2]
    assert set(tracking.spans) == set(tracking.traces) == {trace_id(turn) for turn in turns}
    assert [record.name for record in caplog.records if "Could not send traces" in record.message] == [
        "chat.traces.exporter"
    ]


def test_a_trace_that_was_sent_before_a_crash_is_sent_again_and_stored_once(
    login: LoginSession, tracking: TrackingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = asked(login)
    with monkeypatch.context() as crash:
        crash.setattr(TraceExport, "mark_sent", _fail)
        Exporter().export()
    first = tracking.traces | tracking.spans
    expire_claims()

    assert Exporter().export() == 1
    assert tracking.traces | tracking.spans == first
    assert set(tracking.traces) == {trace_id(turn)}


def _fail(_: TraceExport) -> None:
    raise RuntimeError("the process has died")


def test_a_claimed_export_is_not_claimed_again(login: LoginSession) -> None:
    asked(login)
    TraceExport.schedule(10)

    assert [TraceExport.claim() is None for _ in range(2)] == [False, True]


def test_each_attempt_has_a_longer_claim(login: LoginSession) -> None:
    asked(login)
    TraceExport.schedule(10)
    spans = []
    for _ in range(9):
        TraceExport.claim()
        spans.append(round((TraceExport.objects.get().claimed_until - timezone.now()).total_seconds()))
        expire_claims()

    assert spans == sorted(spans)
    assert (spans[0], spans[-1]) == (60, 3600)


def test_a_turn_that_ended_long_ago_gets_no_trace(login: LoginSession, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(login)
    monkeypatch.setattr("chat.models.trace_export.WINDOW", timedelta(minutes=-1))

    assert TraceExport.schedule(10) == 0


def test_deleting_a_turn_deletes_its_export(login: LoginSession) -> None:
    turn = asked(login)
    TraceExport.schedule(10)

    turn.delete()

    assert not TraceExport.objects.exists()


@pytest.mark.process
@pytest.mark.any_database
async def test_a_silent_server_delays_neither_answers_nor_the_end_of_the_site(
    start_site: Callable[..., SiteProcess],
) -> None:
    with tracking_server() as (tracking, url):
        site = await asyncio.to_thread(start_site, MLFLOW_EXPERIMENT="7", MLFLOW_TRACKING_URI=url)
        async with Reader(site) as reader:
            first = await _answered(reader)
            await asyncio.to_thread(tracking.wait_until, lambda: len(tracking.spans) == 1)
            tracking.open.clear()
            second = await _answered(reader)
            await asyncio.to_thread(tracking.wait_until, lambda: len(tracking.requests) > 2)
            third = await _answered(reader)
        stopped_at = monotonic()
        status = await asyncio.to_thread(site.stop)
        duration = monotonic() - stopped_at
        unsent = site.rows("SELECT exported_at IS NULL FROM chat_traceexport ORDER BY turn_id")

    assert {first, second, third} == {"complete"}
    assert (status, duration < 10) == (0, True)
    assert [bool(is_unsent) for [is_unsent] in unsent][:2] == [False, True]
    assert PROVIDER_TEXT not in site.output


async def _answered(reader: Reader) -> str:
    turn = (await reader.ask("When does the Heron launch?"))["turn"]
    return str((await reader.until_end(turn))["state"])
