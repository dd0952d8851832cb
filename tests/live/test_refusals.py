from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from chat.database import in_database
from chat.models import Turn
from chat.turns import events

from ..support.scripts import Scripts
from ..support.sockets import Client, Open, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("runner")]


async def refusal(client: Client, **command: object) -> dict[str, Any]:
    await client.send(**command)
    [*_, error] = await client.read("error")
    return error


@pytest.mark.parametrize(
    "command",
    [
        {"type": "ask"},
        {"type": "shout"},
        {"type": "ping", "extra": 1},
        {"type": "follow", "turn": "not-a-uuid", "after": 0},
        {"type": "follow", "turn": str(uuid4()), "after": -1},
        {"type": "follow", "turn": str(uuid4()), "after": 1.5},
        {"type": "stop", "turn": str(uuid4())},
        {"type": "ask", "request_id": str(uuid4()), "conversation": None, "question": " ", "recordings": []},
        {"type": "ask", "request_id": str(uuid4()), "conversation": None, "question": "x" * 8001, "recordings": []},
        {"type": "ask", "request_id": str(uuid4()), "conversation": None, "question": "\u200b\u3164", "recordings": []},
        {"type": "ask", "request_id": str(uuid4()), "conversation": None, "question": "?", "recordings": [],
         "state": "complete"},
    ],
)  # fmt: skip
async def test_a_command_outside_the_protocol_is_refused(
    connect: Open, session: str, command: dict[str, object]
) -> None:
    error = await refusal(await connect(session), **command)

    assert (error["code"], error["retryable"]) == ("INVALID_REQUEST", False)
    assert await in_database(Turn.objects.count) == 0


async def test_a_client_that_sends_too_much_at_once_receives_an_error(
    connect: Open, session: str, settings: Settings
) -> None:
    settings.CHAT_COMMANDS_PER_MINUTE = 1
    client = await connect(session)
    for _ in range(2):
        await client.send(type="follow", turn=uuid4(), after=0)

    [*_, error] = await client.read("error", turn=None)
    while error["code"] != "RATE_LIMITED":
        [*_, error] = await client.read("error")

    assert await client.closed() == 4429


async def test_a_frame_that_is_too_long_is_refused_with_an_error(connect: Open, session: str) -> None:
    error = await refusal(client := await connect(session), type="ping", extra="x" * events.FRAME_LIMIT)

    assert error["code"] == "INVALID_REQUEST"
    assert await client.closed() == 1009


async def test_foreign_and_unknown_turns_give_the_same_error(
    connect: Open, session: str, bob: User, scripts: Scripts
) -> None:
    stranger = await connect(await in_database(sign_in, bob))
    await stranger.ask("Secret?")
    [*_, started] = await stranger.read("started")
    client = await connect(session)

    for command in ({"type": "follow", "after": 0}, {"type": "stop", "seen": 0}):
        foreign = await refusal(client, turn=started["turn"], **command)
        unknown = await refusal(client, turn=uuid4(), **command)
        assert foreign == unknown
        assert foreign["code"] == "NOT_FOUND"
    assert (await in_database(Turn.objects.get)).stop_requested_at is None


async def test_a_foreign_conversation_and_an_unknown_recording_are_not_found(
    connect: Open, session: str, bob: User
) -> None:
    stranger = await connect(await in_database(sign_in, bob))
    await stranger.ask("Secret?")
    [accepted, *_] = await stranger.read("accepted")
    client = await connect(session)

    for more in (
        {"conversation": accepted["conversation"]},
        {"recordings": [str(uuid4())]},
        {"retry_of": accepted["turn"]},
    ):
        request = await client.ask("Mine?", **more)
        [*_, error] = await client.read("error")
        assert (error["code"], error["request_id"]) == ("NOT_FOUND", request)


async def test_a_request_id_used_for_another_question_is_a_conflict(connect: Open, session: str) -> None:
    client = await connect(session)
    request = await client.ask("When?")
    await client.read("started")

    await client.ask("Where?", request_id=request)

    [*_, error] = await client.read("error")
    assert (error["code"], error["request_id"]) == ("CONFLICT", request)


async def test_the_sixth_waiting_question_is_refused(connect: Open, session: str, scripts: Scripts) -> None:
    client = await connect(session)
    for number in range(6):
        await client.ask(f"{number}?")
        await client.read("accepted")

    await client.ask("One more?")

    [*_, error] = await client.read("error")
    assert (error["code"], error["retryable"]) == ("QUEUE_FULL", True)


async def test_too_many_questions_a_minute_are_refused(connect: Open, session: str, settings: Settings) -> None:
    settings.CHAT_QUESTIONS_PER_MINUTE = 1
    client = await connect(session)
    await client.ask("One?")
    await client.read("accepted")

    await client.ask("Two?")

    [*_, error] = await client.read("error")
    assert error["code"] == "RATE_LIMITED"


async def test_the_budget_is_told_before_it_is_reached_and_refused_with_its_own_code(
    connect: Open, session: str, settings: Settings
) -> None:
    settings.CHAT_QUESTIONS_PER_DAY = 1
    client = await connect(session)
    await client.ask("One?")
    [*_, budget] = await client.read("budget")
    assert budget["left"].startswith("You have asked your 1 question of today. You can ask again from 00:00 (UTC) on.")

    request = await client.ask("Two?")

    [*_, error] = await client.read("error")
    assert (error["code"], error["request_id"], error["message"]) == ("OVER_BUDGET", request, budget["left"])


async def test_what_an_answer_leaves_of_the_tokens_is_told_when_it_ends(
    connect: Open, session: str, scripts: Scripts, settings: Settings
) -> None:
    settings.CHAT_TOKENS_PER_DAY = 1
    scripts["One?"].say("Yes.").end()
    client = await connect(session)
    await client.ask("One?")
    assert [event["left"] for event in await client.read("done") if event["type"] == "budget"] == [""]

    [*_, budget] = await client.read("budget")

    assert budget["left"].startswith("Your answers of today have used your 1 token.")
