"""Turns end beside the text of others: neither waits for the other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from chat.database import in_database
from chat.models import LoginSession, State, Turn
from chat.turns.answer_log import AnswerLog
from chat.turns.group_commit import GroupCommit
from chat.turns.nudges import Nudges

from ..support.asked import ending_as
from .test_group_commit import PATIENCE, commits, open_log, stored

__all__ = ["commits"]
pytestmark = pytest.mark.django_db(transaction=True)


class Door:
    """Holds the storing of ends, once it has begun, until the door is opened."""

    def __init__(self) -> None:
        self._reached, self._opened = threading.Event(), threading.Event()
        self.open = self._opened.set

    def pass_through(self) -> None:
        self._reached.set()
        assert self._opened.wait(PATIENCE)

    async def is_reached(self) -> bool:
        return await asyncio.to_thread(self._reached.wait, PATIENCE)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    door, finish_all = Door(), Turn.objects.finish_all

    def held(endings: Any) -> Any:
        door.pass_through()
        return finish_all(endings)

    monkeypatch.setattr(type(Turn.objects), "finish_all", staticmethod(held))
    yield door
    door.open()


async def logs(commits: GroupCommit, login: LoginSession, bob: User) -> tuple[AnswerLog, AnswerLog]:
    """Open the logs of two turns, of different users."""
    other = await in_database(LoginSession.objects.create, user=bob)
    return await open_log(commits, login), await open_log(commits, other)


async def begun(commits: GroupCommit, log: AnswerLog, door: Door) -> asyncio.Task[bool]:
    """Begin to end a turn, and return once its end is held at the door."""
    ending = asyncio.create_task(commits.finish(log, ending_as("complete", "In April.")))
    assert await door.is_reached()
    return ending


async def test_text_is_stored_while_another_turn_is_being_ended(
    commits: GroupCommit, door: Door, login: LoginSession, bob: User
) -> None:
    ended, streaming = await logs(commits, login, bob)
    ending = await begun(commits, ended, door)

    await commits.append(streaming, "Nobody")

    await stored(streaming, 1)
    was_waiting = not ending.done()
    door.open()
    assert (was_waiting, await ending) == (True, True)


async def test_a_turn_that_is_being_ended_has_its_text_in_its_end_alone(
    commits: GroupCommit, door: Door, login: LoginSession, bob: User
) -> None:
    ended, streaming = await logs(commits, login, bob)
    ending = await begun(commits, ended, door)
    commits.add(ended, "In April.")

    await commits.append(streaming, "Nobody")
    await stored(streaming, 1)
    door.open()

    assert await ending
    turn = await in_database(Turn.objects.get, pk=ended.claim.turn_id)
    assert (turn.state, turn.answer, ended.chunks) == (State.COMPLETE, "In April.", [])


async def test_turns_that_wait_while_others_end_are_ended_next(door: Door, login: LoginSession, bob: User) -> None:
    commits = GroupCommit(Nudges())
    running = asyncio.create_task(commits.run())
    first, second = await logs(commits, login, bob)
    endings = [await begun(commits, first, door)]
    endings.append(asyncio.create_task(commits.finish(second, ending_as("complete", "Nobody."))))

    door.open()

    async with asyncio.timeout(PATIENCE):
        assert await asyncio.gather(*endings) == [True, True]
    running.cancel()
