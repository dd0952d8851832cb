"""How the owner of a turn loses it or ends, and which turns may start then."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from pytest_django import Settings

from chat.database import in_database
from chat.models import Conversation, LoginSession, Submission, Turn
from chat.turns.owner import Owner
from chat.turns.runner import TurnRunner

from ..support.asked import asked
from ..support.scripts import Scripts

pytestmark = pytest.mark.django_db(transaction=True)


async def ask(runner: TurnRunner, login: LoginSession) -> Turn:
    turn = await in_database(Turn.objects.submit, login, Submission(request_id=uuid4(), question="When?"))
    runner.wake()
    return turn


def take_away(turn: Turn) -> bool:
    """Interrupt the turn, as another process does when the lease has lapsed."""
    turn.refresh_from_db()
    return Turn.objects.interrupt(turn, {turn.owner or ""})


async def test_a_runner_that_has_lost_a_turn_stops_its_silent_model(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    turn = await ask(runner, login)
    await scripts["When?"].asked.wait()

    assert await in_database(take_away, turn)

    async with asyncio.timeout(10):
        await scripts["When?"].cancelled.wait()


async def test_a_silent_model_is_stopped_while_the_database_does_not_answer(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    database_answers = Event()
    monkeypatch.setattr(runner, "_asked_to_stop", lambda: database_answers.wait() and [])
    await ask(runner, login)
    await scripts["When?"].asked.wait()
    settings.CHAT_FIRST_TOKEN_SECONDS = 0.0

    try:
        async with asyncio.timeout(10):
            await scripts["When?"].cancelled.wait()
    finally:
        database_answers.set()


async def test_a_turn_that_is_claimed_while_a_drain_begins_is_ended_with_it(
    runner: TurnRunner, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    claiming, may_claim, won = Event(), Event(), runner._claim_batch

    def slowly() -> list[Turn]:
        claiming.set()
        may_claim.wait()
        return won()

    monkeypatch.setattr(runner, "_claim_batch", slowly)
    turn = await ask(runner, login)
    await asyncio.to_thread(claiming.wait)

    draining = asyncio.create_task(runner.drain(0))
    may_claim.set()
    await draining

    assert (await in_database(Turn.objects.get, pk=turn.pk)).state == "interrupted"


async def test_an_owner_that_could_not_store_the_end_of_a_turn_leaves_its_file(
    scripts: Scripts, tmp_path: Path, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = TurnRunner(answer=scripts, owner=Owner(tmp_path))
    await runner.start()
    turn = await ask(runner, login)
    await scripts["When?"].asked.wait()

    async def fail(*_: object) -> bool:
        raise OSError("nothing can be stored")

    monkeypatch.setattr(runner.commits, "finish", fail)
    await runner.drain(0)

    assert (tmp_path / runner.owner.name).exists()
    assert (await in_database(Turn.objects.get, pk=turn.pk)).owner == runner.owner.name
    runner.owner.end()  # what the end of the process does


def test_a_locked_turn_is_left_for_the_next_sweep(login: LoginSession) -> None:
    if connection.vendor != "postgresql":
        return  # on SQLite a writer locks all rows, and others wait for it
    import psycopg

    turn = asked(login, state="streaming")
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("UPDATE chat_turn SET phase = phase WHERE id = %s", [turn.pk])

        assert not Turn.objects.interrupt(turn, {turn.owner or ""})

        other.rollback()
    assert Turn.objects.interrupt(turn, {turn.owner or ""})


def test_questions_of_two_devices_in_one_conversation_are_answered_in_order(alice: User) -> None:
    one, other = (LoginSession.objects.create(user=alice) for _ in range(2))
    talk = asked(one, state="complete").conversation
    elsewhere = Conversation.objects.create(user=alice, title="Elsewhere")
    streaming = asked(one, conversation=elsewhere, state="streaming")
    first = asked(one, conversation=talk, state="queued")
    asked(other, conversation=talk, state="queued")

    assert Turn.objects.claim("me") == []
    assert take_away(streaming)

    assert Turn.objects.claim("me") == [first]


def test_one_claim_starts_no_more_streams_than_a_user_may_have(alice: User, settings: Settings) -> None:
    settings.CHAT_STREAMS_PER_USER = 2
    for _ in range(4):
        asked(LoginSession.objects.create(user=alice), state="queued")

    assert len(Turn.objects.claim("me")) == 2
    assert Turn.objects.claim("me") == []


def test_a_question_of_a_login_that_has_ended_is_never_started(login: LoginSession) -> None:
    turn = asked(login, state="queued")
    LoginSession.objects.filter(pk=login.pk).update(ended_at=Now())

    assert Turn.objects.claim("me") == []
    assert Turn.objects.get(pk=turn.pk).state == "queued"


def test_a_question_of_a_user_who_is_locked_out_is_never_started(login: LoginSession, alice: User) -> None:
    asked(login, state="queued")
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert Turn.objects.claim("me") == []
