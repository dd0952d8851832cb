"""The refusals of the API for too much: questions that wait, a minute and a day, streams at once, and requests."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from chat.database import in_database
from chat.models import ApiToken, Turn
from chat.turns.runner import TurnRunner

from ..support.scripts import Scripts
from .client import Program, problem

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


async def test_the_sixth_waiting_question_is_refused(program: Program, scripts: Scripts, settings: Settings) -> None:
    settings.CHAT_API_STREAMS_PER_USER = 100
    for number in range(6):
        assert (await program.ask(f"{number}?")).status == 200

    answer = await program.ask("One more?")

    assert await problem(answer) == (429, "QUEUE_FULL")
    assert answer.headers["retry-after"] == "5"


async def test_a_question_beyond_the_budget_of_the_day_is_refused_until_the_next(
    program: Program, scripts: Scripts, settings: Settings
) -> None:
    settings.CHAT_QUESTIONS_PER_DAY = 1
    await program.ask("One?")

    answer = await program.ask("Two?")

    assert await problem(answer) == (429, "OVER_BUDGET")
    assert 0 < int(answer.headers["retry-after"]) <= 24 * 3600


async def test_too_many_questions_a_minute_are_refused(program: Program, scripts: Scripts, settings: Settings) -> None:
    settings.CHAT_QUESTIONS_PER_MINUTE = 1
    await program.ask("One?")

    answer = await program.ask("Two?")

    assert await problem(answer) == (429, "RATE_LIMITED")
    assert answer.headers["retry-after"] == "60"


async def test_a_stream_too_many_is_refused_and_its_question_not_asked(
    program: Program, scripts: Scripts, settings: Settings
) -> None:
    settings.CHAT_API_STREAMS_PER_USER = 1
    first = await program.ask("One?")

    assert await problem(await program.ask("Two?")) == (429, "RATE_LIMITED")
    await first.leave()
    assert (await program.ask("One?", headers={"last-event-id": "0"})).status == 200
    assert await in_database(Turn.objects.count) == 1


async def test_five_answers_are_read_at_once_however_many_sockets_are_allowed(
    program: Program, scripts: Scripts, settings: Settings
) -> None:
    assert settings.CHAT_SOCKETS_PER_USER == 50
    for number in range(5):
        assert (await program.ask(f"{number}?")).status == 200

    assert await problem(await program.ask("One more?")) == (429, "RATE_LIMITED")


async def test_a_refused_question_does_not_count_as_a_stream(
    program: Program, settings: Settings, scripts: Scripts
) -> None:
    settings.CHAT_API_STREAMS_PER_USER = 1
    for _ in range(3):
        await program.ask("When?", uuid4())

    assert (await program.ask("When?")).status == 200


async def test_each_login_has_its_own_limit_of_requests_a_minute(
    program: Program, alice: User, settings: Settings, runner: TurnRunner
) -> None:
    settings.CHAT_COMMANDS_PER_MINUTE = 2
    other = Program((await in_database(ApiToken.issue, alice, "other"))[1])

    statuses = [(await program.get("/api/conversations")).status for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert (await other.get("/api/conversations")).status == 200
