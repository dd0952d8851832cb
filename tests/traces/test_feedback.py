"""Export of review labels and thumbs as feedback to MLflow, by its own client to a server on loopback."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from chat.models import Feedback, LoginSession, ReviewLabel, TraceExport, Turn
from chat.traces.exporter import Exporter

from ..support.asked import asked
from ..support.tracking import environ, expire_claims, trace_id, tracking
from ..support.tracking_server import TrackingServer

__all__ = ["environ", "tracking"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("environ")]


def feedback_on(tracking: TrackingServer, turn: Turn) -> list[tuple[Any, ...]]:
    return [
        (item["assessment_name"], item["feedback"]["value"], item.get("rationale"), item["source"]["source_id"])
        for item in tracking.assessments.get(trace_id(turn), [])
    ]


def test_a_label_becomes_feedback_on_the_trace(login: LoginSession, carol: User, tracking: TrackingServer) -> None:
    turn = asked(login)
    ReviewLabel.give(turn, carol, "wrong", "It was May.")

    assert Exporter().export() == 2

    assert feedback_on(tracking, turn) == [("review", "wrong", "It was May.", "carol")]
    [assessment] = tracking.assessments[trace_id(turn)]
    assert assessment["source"]["source_type"] == "HUMAN"
    assert not ReviewLabel.objects.filter(exported_at=None).exists()


def test_a_new_verdict_replaces_the_first(login: LoginSession, carol: User, tracking: TrackingServer) -> None:
    turn, exporter = asked(login), Exporter()
    ReviewLabel.give(turn, carol, "wrong", "It was May.")
    exporter.export()

    ReviewLabel.give(turn, carol, "good", "It was March after all.")

    assert [exporter.export(), exporter.export()] == [1, 0]
    assert feedback_on(tracking, turn) == [("review", "good", "It was March after all.", "carol")]


def test_a_label_that_is_sent_twice_is_stored_once(login: LoginSession, carol: User, tracking: TrackingServer) -> None:
    turn, exporter = asked(login), Exporter()
    label = ReviewLabel.give(turn, carol, "wrong", "It was May.")
    exporter.export()
    ReviewLabel.objects.filter(pk=label.pk).update(exported_at=None)
    expire_claims()

    assert exporter.export() == 1
    assert len(feedback_on(tracking, turn)) == 1


def test_a_label_that_changes_while_it_is_sent_is_sent_again(
    login: LoginSession, carol: User, tracking: TrackingServer
) -> None:
    turn = asked(login)
    Exporter().export()
    ReviewLabel.give(turn, carol, "wrong", "")
    claimed = ReviewLabel.claim()
    assert claimed

    ReviewLabel.give(turn, carol, "good", "")
    claimed.mark_sent()

    assert Exporter().export() == 1
    assert [value for _, value, *_ in feedback_on(tracking, turn)] == ["good"]


def test_an_old_verdict_that_is_sent_last_is_replaced(
    login: LoginSession, carol: User, tracking: TrackingServer
) -> None:
    turn, exporter = asked(login), Exporter()
    exporter.export()
    ReviewLabel.give(turn, carol, "wrong", "")
    slow = ReviewLabel.claim()
    assert slow
    ReviewLabel.give(turn, carol, "good", "")
    exporter.export()

    exporter._send_judgement(slow)
    assert [value for _, value, *_ in feedback_on(tracking, turn)] == ["wrong"]

    assert exporter.export() == 1
    assert [value for _, value, *_ in feedback_on(tracking, turn)] == ["good"]


def test_a_turn_that_is_purged_while_its_trace_is_sent_is_no_failure(
    login: LoginSession, carol: User, tracking: TrackingServer, caplog: pytest.LogCaptureFixture
) -> None:
    turn, exporter = asked(login), Exporter()
    ReviewLabel.give(turn, carol, "wrong", "")
    TraceExport.schedule(1)
    trace = TraceExport.claim()
    assert trace

    turn.delete()
    exporter._send(trace)

    assert not TraceExport.objects.exists()
    assert caplog.record_tuples == []


def test_a_label_is_sent_only_after_its_trace(login: LoginSession, carol: User, tracking: TrackingServer) -> None:
    turn, exporter = asked(login), Exporter()
    ReviewLabel.give(turn, carol, "wrong", "")
    tracking.fails = {"/mlflow/traces"}
    assert exporter.export() == 0

    tracking.fails = set()
    expire_claims()

    assert exporter.export() == 2
    assert len(feedback_on(tracking, turn)) == 1


def test_without_texts_only_the_verdict_leaves_the_site(
    login: LoginSession, carol: User, tracking: TrackingServer, settings: Settings
) -> None:
    settings.MLFLOW_TEXTS = False
    turn = asked(login)
    ReviewLabel.give(turn, carol, "wrong", "It was May.")

    Exporter().export()

    assert feedback_on(tracking, turn) == [("review", "wrong", None, str(carol.pk))]
    assert [word for word in ("May", "carol") if word in json.dumps(tracking.requests)] == []


def test_nothing_is_sent_of_a_deleted_conversation(login: LoginSession, carol: User, tracking: TrackingServer) -> None:
    traced = asked(login)
    assert Exporter().export() == 1
    ReviewLabel.give(traced, carol, "wrong", "It was May.")
    scheduled = asked(login)
    TraceExport.schedule(9)
    untraced = asked(login)
    for turn in (traced, scheduled, untraced):
        turn.conversation.discard()

    assert Exporter().export() == 0
    assert feedback_on(tracking, traced) == []
    assert set(tracking.traces) == {trace_id(traced)}


def test_a_thumb_becomes_feedback_of_the_user_and_is_changed(login: LoginSession, tracking: TrackingServer) -> None:
    turn, exporter = asked(login), Exporter()
    Feedback.give(turn, "down", "invented", "Nobody said so.")

    assert exporter.export() == 2
    words = "It is not in the recordings: Nobody said so."
    assert feedback_on(tracking, turn) == [("user_feedback", "down", words, "alice")]

    Feedback.give(turn, "up")
    assert [exporter.export(), exporter.export()] == [1, 0]
    assert [value for _, value, *_ in feedback_on(tracking, turn)] == ["up"]


def test_a_withdrawn_thumb_is_removed_from_the_trace(login: LoginSession, tracking: TrackingServer) -> None:
    turn, exporter = asked(login), Exporter()
    Feedback.give(turn, "up")
    exporter.export()

    Feedback.withdraw(turn)
    assert Feedback.objects.get().thumb == ""
    expire_claims()

    assert exporter.export() == 1
    assert feedback_on(tracking, turn) == []
    assert not Feedback.objects.exists()


def test_a_thumb_that_is_withdrawn_while_it_is_sent_is_removed(login: LoginSession, tracking: TrackingServer) -> None:
    turn, exporter = asked(login), Exporter()
    exporter.export()
    Feedback.give(turn, "up")
    slow = Feedback.claim()
    assert slow

    Feedback.withdraw(turn)
    exporter._send_judgement(slow)

    assert exporter.export() == 1
    assert feedback_on(tracking, turn) == []


def test_without_texts_only_the_thumb_leaves_the_site(
    login: LoginSession, tracking: TrackingServer, settings: Settings
) -> None:
    settings.MLFLOW_TEXTS = False
    turn = asked(login)
    Feedback.give(turn, "down", "wrong", "It was May.")

    Exporter().export()

    assert feedback_on(tracking, turn) == [("user_feedback", "down", None, str(login.user_id))]
    assert [word for word in ("May", "It is wrong", "alice") if word in json.dumps(tracking.requests)] == []
