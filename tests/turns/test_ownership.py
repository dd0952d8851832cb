"""Who drives a turn loses it, stands still, or ends; and who else may then go on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
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
    """What another process does when the lease has lapsed."""
    turn.refresh_from_db()
    return Turn.objects.interrupt(turn, {turn.owner or ""})


async def test_who_has_lost_a_turn_stops_its_model_though_it_is_silent(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    turn = await ask(runner, login)
    await scripts["When?"].asked.wait()

    assert await in_database(take_away, turn)

    async with asyncio.timeout(10):
        await scripts["When?"].cancelled.wait()


async def test_a_silent_model_is_ended_while_the_database_does_not_answer(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Event()
    monkeypatch.setattr(runner, "_asked_to_stop", lambda: answers.wait() and [])
    await ask(runner, login)
    await scripts["When?"].asked.wait()
    settings.CHAT_FIRST_TOKEN_SECONDS = 0.0

    try:
        async with asyncio.timeout(10):
            await scripts["When?"].cancelled.wait()
    finally:
        answers.set()


async def test_what_is_won_as_the_process_begins_to_end_is_ended_with_it(
    runner: TurnRunner, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    winning, goes_on, won = Event(), Event(), runner._won

    def slowly() -> list[Turn]:
        winning.set()
        goes_on.wait()
        return won()

    monkeypatch.setattr(runner, "_won", slowly)
    turn = await ask(runner, login)
    await asyncio.to_thread(winning.wait)

    draining = asyncio.create_task(runner.drain(0))
    goes_on.set()
    await draining

    assert (await in_database(Turn.objects.get, pk=turn.pk)).state == "interrupted"


async def test_who_could_not_save_a_turn_is_seen_to_be_dead(
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


def test_a_turn_that_somebody_holds_is_left_for_the_next_time(login: LoginSession) -> None:
    if connection.vendor != "postgresql":
        return  # there a writer holds all rows, and is waited for
    import psycopg

    turn = asked(login, state="streaming")
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("UPDATE chat_turn SET phase = phase WHERE id = %s", [turn.pk])

        assert not Turn.objects.interrupt(turn, {turn.owner or ""})

        other.rollback()
    assert Turn.objects.interrupt(turn, {turn.owner or ""})


def test_questions_of_two_devices_in_one_conversation_are_answered_in_their_order(alice: User) -> None:
    one, other = (LoginSession.objects.create(user=alice) for _ in range(2))
    talk = asked(one, state="complete").conversation
    elsewhere = Conversation.objects.create(user=alice, title="Elsewhere")
    streaming = asked(one, conversation=elsewhere, state="streaming")
    first = asked(one, conversation=talk, state="queued")
    asked(other, conversation=talk, state="queued")

    assert list(Turn.objects.startable()) == []
    assert take_away(streaming)

    assert list(Turn.objects.startable()) == [first]


def test_one_claim_starts_no_more_streams_than_a_user_may_have(alice: User, settings: Settings) -> None:
    settings.CHAT_STREAMS_PER_USER = 2
    for _ in range(4):
        asked(LoginSession.objects.create(user=alice), state="queued")

    assert len(Turn.objects.claim("me")) == 2
