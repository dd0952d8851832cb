"""The events that end a response before its answer ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from chat.database import in_database
from chat.live import stream as stream_module
from chat.live.stream import Stream
from chat.models import ApiToken, Conversation, LoginSession
from chat.turns.nudges import SIGN_INS_TOPIC
from chat.turns.runner import TurnRunner

from ..support.asked import asked
from ..support.scripts import Scripts
from .client import Program, asked_by_a_page, complete, names_of, text

pytestmark = pytest.mark.django_db(transaction=True)


ENDS: dict[str, Callable[[User, ApiToken], object]] = {
    "revoked": lambda user, token: token.login_session.end(),
    "deactivated": lambda user, token: User.objects.filter(pk=user.pk).update(is_active=False),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_a_token_that_becomes_invalid_ends_the_response(
    program: Program, alice: User, scripts: Scripts, runner: TurnRunner, end: Callable[[User, ApiToken], object]
) -> None:
    answer = await program.ask("When?")
    scripts["When?"].say("In ")
    await answer.event()

    await in_database(end, alice, await in_database(ApiToken.objects.select_related("login_session").get))
    runner.wake(SIGN_INS_TOPIC)

    assert names_of(await complete(answer)) in ([], ["done"])
    assert (await program.ask("When?")).status == 401


async def test_revoking_a_token_stops_its_answer(program: Program, scripts: Scripts, runner: TurnRunner) -> None:
    await program.ask("When?")
    await scripts["When?"].asked.wait()
    token = await in_database(ApiToken.objects.select_related("login_session").get)

    await in_database(token.login_session.end)
    runner.wake(SIGN_INS_TOPIC)

    await scripts["When?"].cancelled.wait()


async def test_signing_out_ends_the_response(
    alice: User, login: LoginSession, session: str, scripts: Scripts, runner: TurnRunner
) -> None:
    answer = await asked_by_a_page(session, "When?")
    scripts["When?"].say("In ")
    await answer.event()

    await in_database(Session.objects.filter(session_key=session).delete)
    runner.wake(SIGN_INS_TOPIC)

    assert await complete(answer) == []


async def test_the_response_of_a_client_that_does_not_read_is_cancelled(
    login: LoginSession, scripts: Scripts, runner: TurnRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "STALLED_SECONDS", 0.0)
    turn = await in_database(asked, login, state="queued")

    async def response() -> None:
        async for _ in Stream(login, None, lambda: login).take_place().read(turn.uuid, 0):
            await asyncio.Event().wait()  # as a server does whose client does not read

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(response())


async def test_a_deleted_conversation_ends_the_response(program: Program, scripts: Scripts) -> None:
    answer = await program.ask("When?")
    scripts["When?"].say("In ")
    await answer.event()
    conversation = await in_database(Conversation.objects.get, uuid=answer.headers["x-conversation"])

    await in_database(conversation.discard)

    assert names_of(await complete(answer)) == ["done"]
    assert (await program.ask("When?", headers={"last-event-id": "1"})).status == 404


async def test_a_drain_ends_the_response_and_its_reader_can_resume(
    program: Program, scripts: Scripts, runner: TurnRunner
) -> None:
    answer = await program.ask("When?")
    scripts["When?"].say("In ")
    await answer.event()

    for reading in list(Stream.live):
        reading.restart()  # as if this process stopped, while another drives the turn

    assert await complete(answer) == []
    assert answer.retry == 4000
    scripts["When?"].say("March.").end()
    again = await program.ask("When?", headers={"last-event-id": str(answer.last_id)})
    assert text(await complete(again)) == "March."


async def test_a_stopping_server_accepts_no_question(program: Program, runner: TurnRunner) -> None:
    runner.draining = True

    answer = await program.ask("When?")

    assert (answer.status, (await answer.json())["code"]) == (503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == "5"
