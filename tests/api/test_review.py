"""A reviewer's program reads conversations of others, each time on record and with a reason."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from chat.conversations.rendering import PAGE
from chat.models import ApiToken, CheckRequest, Feedback, LoginSession, Pseudonym, ReviewLabel, Turn
from chat.models.turns import rows

from ..support.asked import asked
from ..support.reviewing import REASON, of_content
from ..support.withdrawing import OPEN, SECRET, broken_off

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/api/review/conversations"


def client_of(user: User) -> Client:
    """Return a program of a user."""
    return Client(
        headers={"authorization": f"Bearer {ApiToken.issue(user, 'review')[1]}"}, raise_request_exception=False
    )


@pytest.fixture
def program(carol: User) -> Client:
    """A program of carol, who reviews."""
    return client_of(carol)


@pytest.fixture
def turn(login: LoginSession) -> Turn:
    return asked(login, "When does the CANARY ship?", answer="In March.")


def read(program: Client, conversation: UUID, **body: object) -> Any:
    return program.post(f"{LIST}/{conversation}", json.dumps(body), content_type="application/json")


def test_a_conversation_is_read_under_a_pseudonym_and_on_record(program: Client, turn: Turn, carol: User) -> None:
    response = read(program, turn.conversation.uuid, reason=f" {REASON}\n")

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    resource = response.json()
    assert resource["owner"] == Pseudonym.objects.of(turn.user_id) != "alice"
    assert (resource["title"], resource["reason"], resource["others"]) == (turn.conversation.title, REASON, 0)
    assert [each["answer"] for each in resource["turns"]] == ["In March."]
    [event] = of_content()
    assert (event.kind, event.how, event.reason, event.actor_id) == ("read", "api", REASON, carol.pk)
    assert (event.owner_id, event.conversation) == (turn.user_id, turn.conversation.uuid)
    assert event.turn_uuids == {turn.uuid}


def test_each_page_is_an_event_with_its_turns(program: Client, turn: Turn) -> None:
    for number in range(PAGE):
        asked(turn.login_session, str(number), conversation=turn.conversation, state="cancelled")

    first = read(program, turn.conversation.uuid, reason=REASON).json()
    second = read(program, turn.conversation.uuid, reason=REASON, after=first["next"]).json()

    assert [len(page["turns"]) for page in (first, second)] == [PAGE, 1]
    assert second["next"] is None
    assert [len(event.turn_uuids) for event in of_content()] == [PAGE, 1]
    assert read(program, turn.conversation.uuid, reason=REASON, after=str(uuid4())).status_code == 404


@pytest.mark.parametrize("reason", ["", "  ", "so", "x" * 501])
def test_nothing_is_shown_without_a_reason(program: Client, turn: Turn, reason: str) -> None:
    response = read(program, turn.conversation.uuid, reason=reason)

    assert (response.status_code, response.json()["code"]) == (400, "INVALID_REQUEST")
    assert of_content() == []


def test_what_cannot_be_recorded_is_not_shown(program: Client, turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    read(program, turn.conversation.uuid, reason=REASON)  # notes when the token was used

    def fail(*_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(rows, "execute", fail)
    response = read(program, turn.conversation.uuid, reason=REASON)

    assert (response.status_code, response.json()["code"]) == (503, "UNAVAILABLE")
    assert "March" not in response.content.decode()


def test_the_reviewer_reads_by_its_own_ears(program: Client, login: LoginSession) -> None:
    scene = broken_off(login)

    answers = [
        str(read(program, conversation, reason=REASON).json())
        for conversation in Turn.objects.values_list("conversation__uuid", flat=True).distinct()
    ]

    assert any(OPEN in answer for answer in answers)
    assert not any(SECRET in answer or str(scene.secret.uuid) in answer for answer in answers)


def test_who_is_no_reviewer_finds_nothing_with_as_many_queries_as_where_nothing_is(turn: Turn, bob: User) -> None:
    bob.is_staff = bob.is_superuser = True
    bob.save()
    program = client_of(bob)
    program.get("/api/recordings")  # notes when the token was used
    answers = []
    for conversation in (turn.conversation.uuid, uuid4()):
        with CaptureQueriesContext(connection) as queries:
            response = read(program, conversation, reason=REASON)
        answers.append((response.status_code, response.content, len(queries)))

    assert answers[0] == answers[1]
    assert answers[0][0] == program.get(LIST).status_code == 404
    assert of_content() == []


def test_the_list_counts_and_says_nothing(program: Client, turn: Turn, carol: User, bob: User) -> None:
    Feedback.give(turn, "down")
    CheckRequest.objects.ask(turn)
    ReviewLabel.give(turn, carol, "good", "")
    asked(turn.login_session, "CANARY?", conversation=turn.conversation, state="failed", answer="CANARY")
    other = asked(LoginSession.objects.create(user=bob), "Another CANARY?")

    first = program.get(f"{LIST}?limit=1").json()
    second = program.get(f"{LIST}?limit=1&after={first['next']}").json()

    assert "CANARY" not in str([first, second])
    assert [page["conversations"][0]["id"] for page in (first, second)] == [
        str(other.conversation.uuid),
        str(turn.conversation.uuid),
    ]
    [listed] = second["conversations"]
    assert (second["next"], listed["owner"]) == (None, Pseudonym.objects.of(turn.user_id))
    assert {name: listed[name] for name in ("turns", "states", "failures", "labels", "said")} == {
        "turns": 2,
        "states": {"complete": 1, "failed": 1},
        "failures": {"GENERATION_FAILED": 1},
        "labels": {"good": 1},
        "said": {"down": 1, "check": 1},
    }
    assert of_content() == []


def test_a_check_that_was_asked_for_needs_no_reason_and_is_opened(
    program: Client, turn: Turn, settings: Settings, carol: User
) -> None:
    settings.REVIEW = "asked"
    asked(turn.login_session, "Not for reviewers?", conversation=turn.conversation, answer="SECRET")
    assert read(program, turn.conversation.uuid, reason=REASON).status_code == 404
    CheckRequest.objects.ask(turn, "Right?")

    resource = read(program, turn.conversation.uuid).json()

    assert (resource["title"], resource["others"]) == ("", 1)
    assert [each["id"] for each in resource["turns"]] == [str(turn.uuid)]
    assert "SECRET" not in str(resource)
    assert [event.reason for event in of_content()] == ["A check was asked for"]
    assert CheckRequest.objects.get().opened_by == carol


def test_where_nobody_reviews_there_is_nothing(program: Client, turn: Turn, settings: Settings) -> None:
    settings.REVIEW = "off"

    assert program.get(LIST).status_code == 404
    assert read(program, turn.conversation.uuid, reason=REASON).status_code == 404


def test_a_deleted_conversation_is_out_of_reach(program: Client, turn: Turn) -> None:
    turn.conversation.discard()

    assert program.get(LIST).json()["conversations"] == []
    assert read(program, turn.conversation.uuid, reason=REASON).status_code == 404
