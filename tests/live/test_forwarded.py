"""The user of a socket behind a trusted proxy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from pytest_django import Settings

from chat.upstream import on_behalf
from chatsite import asgi

from ..support.forwarding import PROXY, STRANGER, trust
from ..support.scripts import Scripts
from ..support.sockets import Client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database, pytest.mark.usefixtures("runner")]

SIGNED_OUT = 4401
ALICE, BOB = (b"x-forwarded-email", b"Alice"), (b"x-forwarded-email", b"bob")


@pytest.fixture(autouse=True)
def behind_proxy(settings: Settings) -> None:
    trust(settings)


class Sockets:
    """The sockets of one session."""

    def __init__(self, session: str) -> None:
        self._session = session
        self.opened: list[Client] = []

    async def open(self, *headers: tuple[bytes, bytes], peer: str = PROXY) -> Client:
        client = Client(asgi.protocols(), self._session)
        scope: Any = client.socket.scope
        scope["client"] = [peer, 4711]
        scope["headers"] += headers
        self.opened.append(client)
        assert await client.open()
        return client


@pytest_asyncio.fixture
async def sockets(session: str) -> AsyncIterator[Sockets]:
    sockets = Sockets(session)
    yield sockets
    for client in sockets.opened:
        await client.close()


@pytest.mark.parametrize(
    "headers", [[], [ALICE], [(b"X-FORWARDED-EMAIL", b"alice")], [ALICE, (b"x_forwarded_email", b"bob")]]
)
async def test_a_socket_belongs_to_its_session(
    sockets: Sockets, scripts: Scripts, headers: list[tuple[bytes, bytes]]
) -> None:
    client = await sockets.open(*headers)
    scripts["Who?"].say("You.").end()

    turn = await client.asked("Who?")

    assert (await client.read("done", turn))[-1]["state"] == "complete"


@pytest.mark.parametrize(
    "headers",
    [[BOB], [ALICE, BOB], [ALICE, ALICE], [(b"x-forwarded-email", b"alice,bob")], [(b"x-forwarded-user", b"alice")]],
)
async def test_a_socket_whose_proxy_names_another_or_nobody_is_closed(
    sockets: Sockets, headers: list[tuple[bytes, bytes]]
) -> None:
    client = await sockets.open(*headers)

    assert await client.closed() == SIGNED_OUT


@pytest.mark.parametrize("headers", [[], [ALICE], [ALICE, (b"x-forwarded-for", PROXY.encode())]])
async def test_a_socket_that_bypasses_the_proxy_is_closed(sockets: Sockets, headers: list[tuple[bytes, bytes]]) -> None:
    client = await sockets.open(*headers, peer=STRANGER)

    assert await client.closed() == SIGNED_OUT


async def test_headers_alone_open_no_socket(sockets: Sockets) -> None:
    sockets._session = ""

    assert await (await sockets.open(ALICE)).closed() == SIGNED_OUT


async def test_without_a_trusted_proxy_its_headers_change_nothing(sockets: Sockets, settings: Settings) -> None:
    settings.TRUSTED_PROXY, settings.TRUSTED_NETWORKS = "", []
    client = await sockets.open(BOB, peer=STRANGER)

    await client.send(type="ping")

    assert (await client.receive())["type"] == "pong"


async def test_the_token_of_the_handshake_is_used_for_each_question(
    sockets: Sockets, scripts: Scripts, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHAT_ON_BEHALF_OF = True
    used_tokens: list[str] = []
    monkeypatch.setattr(on_behalf, "use_token", lambda *key: used_tokens.append(on_behalf._tokens.pop(key).value))
    client = await sockets.open(ALICE, (b"X-Forwarded-Access-Token", b"token-of-alice"))

    for question in ("Who?", "Why?"):
        scripts[question].say("You.").end()
        await client.read("done", await client.asked(question))

    assert used_tokens == ["token-of-alice", "token-of-alice"]
