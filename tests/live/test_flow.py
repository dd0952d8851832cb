"""How much is sent to clients that read slowly, not at all, or pretend to read."""

from __future__ import annotations

import asyncio
import json

import pytest
from django.contrib.auth.models import User

from chat.database import in_database
from chat.live import follower, in_flight, window
from chat.live.consumer import ChatConsumer
from chat.live.in_flight import USER_LIMIT, InFlight
from chat.live.window import STALLED_SECONDS, WINDOW
from chat.models import LoginSession

from ..support.asked import asked
from ..support.scripts import Scripts
from ..support.sockets import PATIENCE, Client, Open, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("runner")]


async def test_a_client_that_does_not_read_gets_no_more_than_its_window_and_is_closed(
    connect: Open, session: str, scripts: Scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "STALLED_SECONDS", 0.0)
    client = await connect(session)
    await client.ask("Everything?")
    for _ in range(40):
        scripts["Everything?"].say("x" * 10_000)

    assert await client.closed() == 4408


async def long_turns(login: LoginSession, count: int) -> list[str]:
    def create() -> list[str]:
        return [str(asked(login, answer="x" * 120_000).uuid) for _ in range(count)]

    return await in_database(create)


async def until_full(turns: int, sockets: int = 1) -> None:
    """Wait until so many sockets are sent no more of their turns."""
    async with asyncio.timeout(PATIENCE):
        while [socket._commands._window.full for socket in ChatConsumer.live] != [turns] * sockets:  # noqa: ASYNC110  # a test polls
            await asyncio.sleep(0.01)


def taken(client: Client) -> list[str]:
    """Return the frames that have come."""
    queue = client.socket.output_queue
    return [queue.get_nowait()["text"] for _ in range(queue.qsize())]


async def test_a_client_that_follows_again_and_again_gets_one_window_and_is_closed(
    connect: Open, session: str, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(follower, "monotonic", lambda: now)
    client = await connect(session)
    [turn] = await long_turns(login, 1)
    await client.send(type="follow", turn=turn, after=0)
    await until_full(1)
    sent = sum(map(len, taken(client)))

    for _ in range(5):
        now += 0.6
        await client.send(type="follow", turn=turn, after=0)
    now = STALLED_SECONDS + 0.1

    assert await client.socket.receive_output(timeout=PATIENCE) == {"type": "websocket.close", "code": 4408}
    assert WINDOW <= sent <= WINDOW + 5_000


@pytest.mark.parametrize("seq", [20_000, 2**31 - 1])
async def test_an_ack_of_what_was_not_sent_is_refused_and_opens_no_window(
    connect: Open, session: str, login: LoginSession, seq: int
) -> None:
    client = await connect(session)
    [turn] = await long_turns(login, 1)
    await client.send(type="follow", turn=turn, after=0)
    await until_full(1)
    last = json.loads(taken(client)[-1])["seq"]

    await client.send(type="ack", turn=turn, seq=seq)
    refused = await client.receive()
    await client.send(type="ack", turn=turn, seq=last)

    assert (refused["type"], refused["code"]) == ("error", "INVALID_REQUEST")
    assert (await client.receive())["after"] == last


async def test_three_false_acks_close_the_socket(connect: Open, session: str, login: LoginSession) -> None:
    client = await connect(session)
    [turn] = await long_turns(login, 1)
    await client.send(type="follow", turn=turn, after=0)
    await until_full(1)

    for seq in (20_000, 20_001, 20_002):
        await client.send(type="ack", turn=turn, seq=seq)

    assert await client.closed() == 4400


@pytest.fixture
def endless_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close no socket that does not read, however long a busy machine takes to fill all of them."""
    monkeypatch.setattr(window, "STALLED_SECONDS", float("inf"))


@pytest.mark.repeats
@pytest.mark.usefixtures("endless_patience")
async def test_every_socket_of_a_user_gets_text_and_all_together_no_more_than_two_mebibytes(
    connect: Open, session: str, login: LoginSession
) -> None:
    turns = await long_turns(login, 2)
    tabs = [await connect(session) for _ in range(50)]

    for tab in tabs:
        for turn in turns:
            await tab.send(type="follow", turn=turn, after=0)
    await until_full(2, 50)

    sent = [sum(map(len, taken(tab))) for tab in tabs]
    assert min(sent) > 4_000
    assert sum(sent) <= USER_LIMIT


@pytest.mark.repeats
@pytest.mark.usefixtures("endless_patience")
async def test_another_user_notices_nothing_of_sockets_that_do_not_read(
    connect: Open, session: str, login: LoginSession, bob: User
) -> None:
    [turn] = await long_turns(login, 1)
    for _ in range(20):
        await (await connect(session)).send(type="follow", turn=turn, after=0)
    await until_full(1, 20)
    other = await in_database(lambda: LoginSession.objects.create(user=bob))
    [turn] = await long_turns(other, 1)
    client = await connect(await in_database(sign_in, bob, other))

    await client.send(type="follow", turn=turn, after=0)
    await until_full(1, 21)

    assert sum(map(len, taken(client))) >= WINDOW


async def test_the_end_of_a_turn_goes_without_its_rendering_where_that_has_no_room(
    connect: Open, session: str, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_flight, "USER_LIMIT", 40_000)
    turn = await in_database(lambda: asked(login, answer="x" * 25_000))
    client = await connect(session)

    await client.send(type="follow", turn=turn.uuid, after=5_000)

    [*_, done] = await client.read("done")
    assert (done["state"], "html" in done) == ("complete", False)


@pytest.mark.repeats
@pytest.mark.usefixtures("endless_patience")
async def test_closed_sockets_leave_room_for_the_next(connect: Open, session: str, login: LoginSession) -> None:
    turns = await long_turns(login, 2)
    for _ in range(2):
        tabs = [await connect(session) for _ in range(10)]
        for tab in tabs:
            for turn in turns:
                await tab.send(type="follow", turn=turn, after=0)
        await until_full(2, 10)
        for tab in tabs:
            await tab.close()

    assert InFlight.of(login.user_id)._shared == 0


async def test_a_client_that_acknowledges_gets_everything(connect: Open, session: str, scripts: Scripts) -> None:
    client = await connect(session)
    await client.ask("Everything?")
    scripts["Everything?"].say(*["x" * 10_000] * 40).end()
    text = ""
    while True:
        event = await client.receive()
        if event["type"] == "token":
            text += event["content"]
            await client.send(type="ack", turn=event["turn"], seq=event["seq"])
        if event["type"] == "done":
            break

    assert text == "x" * 400_000
    assert "html" not in event  # too large for a frame
