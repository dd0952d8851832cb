from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock, Mock
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import Settings

from chat.database import in_database
from chat.live import protocol
from chat.live.commands import Commands
from chat.live.consumer import ChatConsumer
from chat.live.socket_watch import socket_watch
from chat.models import LoginSession, Turn
from chat.turns.nudges import SIGN_INS_TOPIC
from chat.turns.runner import TurnRunner
from chatsite import asgi

from ..support.scripts import Scripts
from ..support.sockets import Client, Open

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("runner")]


async def test_ping_is_answered_by_pong(connect: Open, session: str) -> None:
    client = await connect(session)

    await client.send(type="ping")

    assert await client.receive() == {"type": "pong"}


async def test_a_client_without_a_sign_in_is_accepted_and_closed_without_an_event(connect: Open) -> None:
    client = await connect(None)

    assert await client.socket.receive_output(timeout=20) == {"type": "websocket.close", "code": 4401}


ENDS: dict[str, Callable[[User, LoginSession], object]] = {
    "signed out": lambda user, login: login.end(),
    "deactivated": lambda user, login: User.objects.filter(pk=user.pk).update(is_active=False),
    "another password": lambda user, login: User.objects.filter(pk=user.pk).update(password=make_password("other")),
    "session expired": lambda user, login: Session.objects.update(expire_date=timezone.now()),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_a_sign_in_that_ends_closes_the_socket_before_the_next_command(
    connect: Open, session: str, alice: User, login: LoginSession, end: Callable[[User, LoginSession], object]
) -> None:
    client = await connect(session)

    await in_database(end, alice, login)
    await client.ask("Still there?")

    assert await client.closed() == 4401
    assert await in_database(Turn.objects.count) == 0


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_a_sign_in_that_ends_closes_a_socket_that_only_reads(
    connect: Open,
    session: str,
    alice: User,
    login: LoginSession,
    runner: TurnRunner,
    end: Callable[[User, LoginSession], object],
) -> None:
    client = await connect(session)

    await in_database(end, alice, login)
    runner.wake(SIGN_INS_TOPIC)

    assert await client.closed() == 4401


GONE: dict[str, tuple[Callable[[User], object], str]] = {
    "deactivated": (lambda user: User.objects.update(is_active=False), "Your account was deactivated"),
    "deleted": (lambda user: User.objects.all().delete(), "Your account was deleted"),
}


@pytest.mark.parametrize(("end", "words"), GONE.values(), ids=GONE)
async def test_the_end_of_an_account_is_told_before_the_socket_closes(
    connect: Open, session: str, alice: User, runner: TurnRunner, end: Callable[[User], object], words: str
) -> None:
    client = await connect(session)
    await client.send(type="ping")
    await client.receive()

    await in_database(end, alice)
    runner.wake(SIGN_INS_TOPIC)

    event = await client.receive()
    assert (event["type"], event["code"]) == ("error", "SIGNED_OUT")
    assert event["message"].startswith(words)
    assert await client.closed() == 4401


async def test_sending_to_a_tab_that_has_gone_is_no_error(
    session: str, scripts: Scripts, caplog: pytest.LogCaptureFixture
) -> None:
    gone, undelivered = asyncio.Event(), asyncio.Queue[str]()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        async def send_until_gone(message: Any) -> None:
            if gone.is_set():
                undelivered.put_nowait(message.get("text", ""))
                raise BrokenPipeError  # an OSError, as ASGI specifies
            await send(message)

        await asgi.application(scope, receive, send_until_gone)

    client = Client(application, session)
    await client.open()
    await client.asked("Everything?")
    await client.read("phase")
    gone.set()
    await client.send(type="ping")
    pong = await undelivered.get()
    scripts["Everything?"].say("All of it.").end()
    token = await undelivered.get()
    await client.close()

    assert ("pong" in pong, "All of it." in token) == (True, True)
    assert caplog.record_tuples == []


async def test_daphne_raises_an_os_error_on_sending_to_a_client_that_has_gone() -> None:
    from autobahn.exception import Disconnected

    from chat.serving.daphne import DaphneServer

    server = DaphneServer(None, host="127.0.0.1", port=0, on_ready=lambda: None)
    protocol = Mock(handle_reply=Mock(side_effect=Disconnected), room=AsyncMock())
    server.connections[protocol] = {}

    with pytest.raises(BrokenPipeError):
        await server.handle_reply(protocol, {"type": "websocket.send", "text": "Hello"})


async def test_daphne_ends_a_connection_that_cannot_be_checked_and_goes_on_checking_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from twisted.internet.task import Clock

    from chat.serving import daphne
    from chat.serving.daphne_socket import DaphneSocket

    clock = Clock()
    monkeypatch.setattr(daphne, "reactor", clock)
    server = daphne.DaphneServer(None, host="127.0.0.1", port=0, on_ready=lambda: None)
    failing, other = Mock(spec=DaphneSocket, transport=Mock()), Mock()
    failing.check_timeouts.side_effect = RuntimeError
    server.connections |= {failing: {}, other: {}}

    server.timeout_checker()
    clock.advance(daphne.CHECK_SECONDS)

    assert other.check_timeouts.call_count == 2
    assert failing.transport.abortConnection.called
    assert not other.channel.transport.abortConnection.called


async def test_a_binary_frame_closes_with_1003(connect: Open, session: str) -> None:
    client = await connect(session)

    await client.socket.send_to(bytes_data=b"{}")

    assert await client.closed() == 1003


@pytest.mark.parametrize("text", ["x" * 65537, "é" * 40000])
async def test_a_frame_beyond_64_kib_closes_with_1009(connect: Open, session: str, text: str) -> None:
    client = await connect(session)

    await client.socket.send_to(text_data=text)

    assert await client.closed() == 1009


async def test_the_third_malformed_frame_closes_with_4400(connect: Open, session: str) -> None:
    client = await connect(session)

    for text in ("null", "{", '"\\ud800"'):
        await client.socket.send_to(text_data=text)
        assert (await client.receive())["code"] == "INVALID_REQUEST"

    assert await client.closed() == 4400


@pytest.mark.parametrize("piece", ['{"a":', "[", '{"type":"ping","a":[', '{"type":"ask","recordings":['])
async def test_a_deeply_nested_frame_is_refused_and_the_socket_stays_open(
    connect: Open, session: str, piece: str
) -> None:
    client = await connect(session)

    await client.socket.send_to(text_data=piece * (60_000 // len(piece)))

    refused = await client.receive()
    await client.send(type="ping")
    assert (refused["code"], await client.receive()) == ("INVALID_REQUEST", {"type": "pong"})


async def test_a_socket_that_fails_gives_its_place_back(
    connect: Open,
    session: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.CHAT_SOCKETS_PER_USER = 1
    with monkeypatch.context() as patch:
        patch.setattr(protocol, "decode", Mock(side_effect=ZeroDivisionError("a bug")))
        broken = await connect(session)
        await broken.send(type="ping")
        code = await broken.closed()

    next_one = await connect(session)
    await next_one.send(type="ping")

    assert (code, await next_one.receive()) == (1011, {"type": "pong"})
    assert len(ChatConsumer.live) == len(socket_watch._sockets) == 1
    assert "a bug" in caplog.text


async def test_a_command_that_fails_closes_the_socket(
    connect: Open, session: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Commands, "follow", Mock(side_effect=ZeroDivisionError("a bug")))
    client = await connect(session)

    await client.send(type="follow", turn=uuid4(), after=0)

    assert await client.closed() == 1011
    assert not ChatConsumer.live
    assert "a bug" in caplog.text


async def test_too_many_commands_a_minute_close_with_4429(connect: Open, session: str, settings: Settings) -> None:
    settings.CHAT_COMMANDS_PER_MINUTE = 3
    client = await connect(session)

    for _ in range(4):
        await client.send(type="stop", turn=uuid4(), seen=0)

    assert await client.closed() == 4429


async def test_a_socket_too_many_gets_an_error_and_is_closed(connect: Open, session: str, settings: Settings) -> None:
    settings.CHAT_SOCKETS_PER_USER = 1
    first = await connect(session)
    await first.send(type="ping")
    await first.read("pong")

    second = await connect(session)

    assert (await second.receive())["code"] == "RATE_LIMITED"
    assert await second.closed() == 4429


async def test_somebody_with_many_tabs_has_a_socket_in_each(connect: Open, session: str) -> None:
    tabs = [await connect(session) for _ in range(50)]

    for tab in tabs:
        await tab.send(type="ping")
        await tab.read("pong")
    assert (await (await connect(session)).receive())["code"] == "RATE_LIMITED"


@pytest.mark.parametrize(
    "origin",
    [
        None, "null", "http://127.0.0.1", "http://127.0.0.1:9999", "https://127.0.0.1:8000", "http://localhost:1",
        "http://evil.example", "http://127.0.0.1:8000.evil.example", "http://evil.example:8000", "file://",
        "http://user@127.0.0.1:8000", "http://127.0.0.1:8000/", "http://127.0.0.1:8000@evil.example", "HTTP://127.0.0.1:8000",
        "http://127.0.0.1.:8000", "http://127.0.0.1:99999", "http://[::1", "", "*", "http://127.0.0.1:8000, http://evil.example",
    ],
)  # fmt: skip
async def test_only_our_own_origin_opens_a_socket(session: str, origin: str | None) -> None:
    assert not await Client(asgi.application, session, origin).open()


async def test_two_origins_open_no_socket(session: str) -> None:
    client = Client(asgi.application, session)
    client.socket.scope["headers"] = [*(client.socket.scope["headers"] or ()), (b"origin", b"http://evil.example")]

    assert not await client.open()
