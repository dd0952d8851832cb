"""An answer that runs when its user leaves ends, and asks the model nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from chat.accounts.leaving import delete_account, set_active
from chat.database import in_database
from chat.models import LoginSession, Turn
from chat.turns.runner import TurnRunner

from ..support.asked import asked
from ..support.scripts import Scripts

pytestmark = pytest.mark.django_db(transaction=True)

WAYS: dict[str, Callable[[User], None]] = {
    "deactivated": lambda user: set_active(user, user, active=False),
    "deleted": lambda user: delete_account(user, user),
}


@pytest.mark.parametrize("leave", WAYS.values(), ids=WAYS)
async def test_running_and_queued_answers_end_when_their_user_leaves(
    login: LoginSession, alice: User, runner: TurnRunner, scripts: Scripts, leave: Callable[[User], None]
) -> None:
    for question in ("First?", "Second?"):
        await in_database(asked, login, question, state="queued")
    runner.wake()
    await scripts["First?"].asked.wait()

    await in_database(leave, alice)

    async with asyncio.timeout(5):
        await scripts["First?"].cancelled.wait()
        while await in_database(lambda: Turn.objects.filter(ended_at=None).exists()):  # noqa: ASYNC110  # a test polls
            await asyncio.sleep(0.05)
    assert not scripts["Second?"].asked.is_set()
    assert not await in_database(lambda: LoginSession.objects.filter(ended_at=None).exists())
