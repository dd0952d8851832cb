"""Listening to audio that is stored elsewhere: what the browser gets, and what it costs the site."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import AsyncClient
from pytest_django import Settings

from chat.models import Recording
from chat.recordings import unheard_audio

from ..support.asked import recorded
from ..support.file_server import PROVIDER_TEXT, FileServer
from .conftest import SECRET, TOKEN

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]

NAME = "audio/1f2e.mp3"
SOUND = bytes(range(256)) * 10_000


@pytest.fixture
def recording(server: FileServer) -> Recording:
    """A recording whose audio the service has."""
    server.keep(NAME, SOUND)
    return recorded("Planning", audio=NAME)


async def fetched(alice: User, recording: Recording, **headers: str) -> tuple[Any, bytes]:
    client = AsyncClient()
    await client.aforce_login(alice)
    response = await client.get(f"/recordings/{recording.uuid}/audio/", headers=headers)
    await sync_to_async(connections.close_all)()
    if not response.streaming:
        return response, response.content
    return response, b"".join([piece async for piece in cast(Any, response).streaming_content])


async def test_a_range_is_passed_through(alice: User, recording: Recording, server: FileServer) -> None:
    response, body = await fetched(alice, recording, range="bytes=500000-2000000")
    again, _ = await fetched(alice, recording, **{"if-none-match": response["ETag"]})
    outside, _ = await fetched(alice, recording, range="bytes=2560000-")

    assert (response.status_code, body) == (206, SOUND[500_000:2_000_001])
    assert response["Content-Range"] == "bytes 500000-2000000/2560000"
    assert (again.status_code, outside.status_code) == (304, 416)
    assert outside["Content-Range"] == "bytes */2560000"
    assert (server.ranges[0][0], server.ranges[-1][1]) == (500_000, 2_000_000)


@pytest.mark.parametrize(
    ("plan", "status", "words"),
    [
        ([404], 404, unheard_audio.LOST),
        ([403], 502, unheard_audio.DENIED),
        ([503] * 3, 503, unheard_audio.AWAY),
        ([412], 503, unheard_audio.CHANGED),
    ],
)
async def test_a_failure_ends_in_words_and_without_those_of_the_provider(
    alice: User, recording: Recording, server: FileServer, caplog: pytest.LogCaptureFixture,
    plan: list[object], status: int, words: str,
) -> None:  # fmt: skip
    server.plan = list(plan)

    response, body = await fetched(alice, recording)

    assert (response.status_code, body.decode()) == (status, words)
    assert response["Content-Type"].startswith("text/plain")
    assert response["Cache-Control"] == "no-store"
    assert all(secret not in f"{response.headers}" for secret in (PROVIDER_TEXT, TOKEN, SECRET))
    assert all(secret not in caplog.text for secret in (TOKEN, SECRET))
    assert caplog.text.count("Audio cannot be read") == 1


@pytest.mark.parametrize("server", ["volume"], indirect=True)
async def test_audio_on_behalf_of_the_listener_needs_their_token(
    alice: User, recording: Recording, server: FileServer, settings: Settings
) -> None:
    settings.STORAGE_ON_BEHALF_OF = True

    response, body = await fetched(alice, recording)

    assert (response.status_code, body.decode()) == (403, unheard_audio.NO_TOKEN)
    assert server.reads == []


class Listener:
    """A browser that is connected to Django itself, and reads one piece at a time."""

    def __init__(self, path: str, session_key: str) -> None:
        cookie = f"sessionid={session_key}".encode()
        scope: dict[str, Any] = {
            "type": "http", "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(),
            "query_string": b"", "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 9),
            "root_path": "", "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie)],
        }  # fmt: skip
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue(1)
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._events.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        self.task = asyncio.create_task(cast(Any, ASGIHandler())(scope, self._events.get, self.sent.put))

    def leave(self) -> None:
        self._events.put_nowait({"type": "http.disconnect"})


async def test_a_listener_holds_no_connection_to_the_database(
    recording: Recording, server: FileServer, session: str
) -> None:
    opened: list[BaseDatabaseWrapper] = []
    note = lambda connection, **_: opened.append(connection)  # noqa: E731  # the signal keeps it only while we do
    connection_created.connect(note)
    listeners = [Listener(f"/recordings/{recording.uuid}/audio/", session) for _ in range(3)]
    try:
        for listener in listeners:
            assert (await listener.sent.get())["status"] == 200
            assert len((await listener.sent.get())["body"]) == 64 * 1024  # and the next piece waits for its reader

        assert opened
        assert [each for each in opened if each.connection is not None] == []
    finally:
        connection_created.disconnect(note)
        for listener in listeners:
            listener.leave()
        await asyncio.gather(*(listener.task for listener in listeners), return_exceptions=True)


async def test_a_listener_who_leaves_closes_the_connection_to_the_service(
    recording: Recording, server: FileServer, session: str
) -> None:
    server.plan = [None, "stall"]
    listener = Listener(f"/recordings/{recording.uuid}/audio/", session)
    assert (await listener.sent.get())["status"] == 200
    assert (await listener.sent.get())["body"]
    assert await asyncio.to_thread(server.stalling.wait, 20)

    listener.leave()

    assert await asyncio.to_thread(server.gone.wait, 20)
    await asyncio.gather(listener.task, return_exceptions=True)
