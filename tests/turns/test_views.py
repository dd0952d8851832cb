"""The two views of a turn, from memory and from the database, which every reader must find equal."""

from __future__ import annotations

from contextlib import aclosing
from uuid import UUID

import pytest

from chat.database import in_database
from chat.models import LoginSession, Phase
from chat.turns.runner import TurnRunner
from chat.turns.view import View, stored_view, written_view

from ..support.asked import asked
from ..support.scripts import Scripts

pytestmark = pytest.mark.django_db(transaction=True)


async def until_seq(runner: TurnRunner, turn_uuid: UUID, seq: int) -> None:
    async with aclosing(runner.follow(turn_uuid, 0)) as received:
        async for event in received:
            if getattr(event, "seq", 0) >= seq:
                return


async def test_a_streaming_turn_has_the_same_view_here_and_in_other_processes(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    turn = await in_database(asked, login, "When?", state="queued")
    runner.wake()
    scripts["When?"].say(Phase.ANSWERING, "On ")
    await until_seq(runner, turn.uuid, 1)
    scripts["When?"].say("Monday.")
    await until_seq(runner, turn.uuid, 2)

    written = written_view(runner.commits.logs[turn.uuid], 1)
    stored = await in_database(stored_view, turn.uuid, 1)

    assert written == stored == View("streaming", "answering", seq=2, chunks=["Monday."])
