"""Questions that start at once for the process that stores them, and those that have to wait."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from chat.models import Conversation, LoginSession, Submission, Turn
from chat.models.turns import queue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


def ask(login: LoginSession, conversation: Conversation | None = None, owner: str = "me") -> Turn:
    """Submit a question for an owner, and return its turn as it is stored."""
    asked = Submission(request_id=uuid4(), question="When?", conversation=conversation.uuid if conversation else None)
    submitted = Turn.objects.submit_to(owner, login, asked)
    stored = Turn.objects.get(pk=submitted.turn.pk)
    assert submitted.is_started == stored.is_streaming
    return stored


def test_a_question_before_which_nothing_waits_starts_at_once(login: LoginSession) -> None:
    asked = Submission(request_id=uuid4(), question="When?")

    submitted = Turn.objects.submit_to("me", login, asked)

    stored = Turn.objects.get()
    assert (stored.state, stored.phase, stored.owner, stored.fence) == ("streaming", "retrieving", "me", 1)
    assert stored.started_at
    assert stored.lease_expires_at
    assert stored.lease_expires_at > stored.started_at
    assert submitted.is_first
    assert _values(submitted.turn) == _values(stored)
    assert Turn.objects.claim("other") == []


def test_the_same_request_is_not_started_again(login: LoginSession) -> None:
    asked = Submission(request_id=uuid4(), question="When?")
    first = Turn.objects.submit_to("me", login, asked)

    again = Turn.objects.submit_to("other", login, asked)

    assert (again.turn, again.is_started) == (first.turn, False)
    assert Turn.objects.get().owner == "me"


def test_a_question_waits_if_nobody_may_drive_it(login: LoginSession) -> None:
    assert ask(login, owner="").is_queued


@pytest.mark.parametrize("first_owner", ["", "me"])
def test_a_question_waits_behind_those_of_its_login_session(login: LoginSession, first_owner: str) -> None:
    ask(login, owner=first_owner)

    assert ask(login).is_queued


@pytest.mark.parametrize("first_owner", ["", "me"])
def test_a_question_waits_behind_those_of_its_conversation(login: LoginSession, alice: User, first_owner: str) -> None:
    first = ask(login, owner=first_owner)

    assert ask(LoginSession.objects.create(user=alice), first.conversation).is_queued


def test_a_question_waits_while_its_user_has_the_most_streams(
    login: LoginSession, alice: User, bob: User, settings: Settings
) -> None:
    settings.CHAT_STREAMS_PER_USER = 1
    ask(login)

    assert ask(LoginSession.objects.create(user=alice)).is_queued
    assert ask(LoginSession.objects.create(user=bob)).is_streaming


@pytest.mark.parametrize("change", [{"password": "new"}, {"is_active": False}])
def test_a_question_of_a_login_that_counts_no_more_is_not_started(login: LoginSession, change: dict[str, Any]) -> None:
    User.objects.filter(pk=login.user_id).update(**change)

    assert ask(login).is_queued


def test_a_question_waits_if_another_process_has_just_started_one_in_its_conversation(
    login: LoginSession, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(login)
    monkeypatch.setattr(queue, "is_busy", lambda _: False)  # as it was when this process looked

    assert ask(LoginSession.objects.create(user=alice), first.conversation).is_queued


def test_the_next_question_starts_once_the_answer_before_it_has_ended(login: LoginSession) -> None:
    first = ask(login)
    Turn.objects.filter(pk=first.pk).update(
        state="complete", finish_reason="stop", owner=None, lease_expires_at=None, ended_at=first.started_at
    )

    assert ask(login, first.conversation).is_streaming


def _values(turn: Turn) -> dict[str, Any]:
    names = {field.attname for field in Turn._meta.concrete_fields} - {"lease_expires_at", "started_at"}
    return {name: getattr(turn, name) for name in names}
