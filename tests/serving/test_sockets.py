"""What both servers do with sockets beside the consumer: long headers, odd frames, clients that do not read."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from uuid import UUID

import pytest

from ..support.raw_socket import CONTINUATION, RawSocket
from ..support.reader import Reader
from ..support.signing_in import signed_in_cookie
from ..support.site_process import SiteProcess
from ..support.sites import copy_of

pytestmark = [pytest.mark.process, pytest.mark.any_database]

KIB = 1024
SOCKETS = 10
AT_LENGTH = "python:tests.support.talking:at_length"


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def site(
    request: pytest.FixtureRequest, prepared_site: SiteProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SiteProcess]:
    """A running site on each server."""
    folder = tmp_path_factory.mktemp("site")
    settings = {"SERVER": request.param, "CHAT_MODEL": AT_LENGTH, "CHAT_SOCKETS_PER_USER": str(SOCKETS)}
    with copy_of(prepared_site, folder, **settings) as site:
        yield site


@pytest.fixture(scope="module")
def cookie(site: SiteProcess) -> str:
    """The header of a signed-in browser."""
    return f"Cookie: {signed_in_cookie(site)}"


def new_lines(site: SiteProcess, before: str) -> list[str]:
    return site.output.removeprefix(before).splitlines()


def test_as_many_cookies_as_a_page_may_have_open_a_socket(site: SiteProcess, cookie: str) -> None:
    with RawSocket(site, f"{cookie}; proxy={'x' * (32 * KIB - len(cookie))}") as client:
        client.send(type="ping")

        assert client.until(b"pong") == 0
    assert site.status("/livez", ("Cookie", "x" * 32 * KIB)) == 200


@pytest.mark.parametrize("size", [40 * KIB, 70 * KIB, 300 * KIB])
def test_more_cookies_are_refused_with_a_status(site: SiteProcess, cookie: str, size: int) -> None:
    with RawSocket(site, f"{cookie}; proxy={'x' * size}") as client:
        assert client.status in (400, 431)


@pytest.mark.parametrize("path", ["/", "/ws/", "/ws/nothing/", "/ws/chat", "/ws/chat/more/"])
def test_a_socket_at_an_unknown_path_is_not_found(site: SiteProcess, path: str) -> None:
    before = site.output

    with RawSocket(site, path=path) as client:
        assert client.status == 404
    assert not [line for line in new_lines(site, before) if "ERROR" in line or line.startswith(" ")]


def test_a_subprotocol_that_is_not_ascii_is_a_bad_request(site: SiteProcess) -> None:
    before = site.output

    with RawSocket(site, "Sec-WebSocket-Protocol: \xe9") as client:
        assert client.status == 400
    assert not [line for line in new_lines(site, before) if "ERROR" in line or line.startswith(" ")]


def test_a_foreign_origin_is_forbidden(site: SiteProcess) -> None:
    with RawSocket(site, origin="http://evil.example") as client:
        assert client.status == 403


def test_a_frame_beyond_a_mebibyte_closes_with_1009(site: SiteProcess, cookie: str) -> None:
    with RawSocket(site, cookie) as client:
        client.send_frame(b"x" * 2_000 * KIB)

        assert client.close_code() == 1009


def test_a_message_that_never_ends_closes_with_1009(site: SiteProcess, cookie: str) -> None:
    with RawSocket(site, cookie) as client:
        client.send_frame(b"x" * 60 * KIB, is_last=False)
        for _ in range(17):
            client.send_frame(b"x" * 60 * KIB, kind=CONTINUATION, is_last=False)

        assert client.close_code() == 1009


def test_a_frame_that_is_not_utf_8_closes_with_1007_and_no_traceback(site: SiteProcess, cookie: str) -> None:
    before = site.output

    with RawSocket(site, cookie) as client:
        client.send_frame(b"\xff\xfe")

        assert client.close_code() == 1007
    assert not [line for line in new_lines(site, before) if line.startswith(" ")]


async def test_a_client_that_follows_without_reading_is_sent_one_window(site: SiteProcess, cookie: str) -> None:
    async with Reader(site) as reader:
        turn = (await reader.ask("Everything?"))["turn"]
        await reader.until_end(turn)
    with RawSocket(site, cookie, buffer=4 * KIB) as client:
        for _ in range(25):
            client.send(type="follow", turn=turn, after=0)
        client.send(type="follow", turn=UUID(int=0), after=0)

        assert client.until(b"NOT_FOUND") < 70 * KIB


def test_a_client_that_floods_without_reading_is_closed(site: SiteProcess, cookie: str) -> None:
    with RawSocket(site, cookie, buffer=4 * KIB) as client:
        for _ in range(2_000):
            client.send(type="ping")

        assert client.close_code() == 4429


def test_clients_that_reset_right_after_a_word_leave_no_socket_open(site: SiteProcess, cookie: str) -> None:
    assert site.process
    clients = [RawSocket(site, cookie) for _ in range(SOCKETS)]
    site.process.send_signal(signal.SIGSTOP)  # so that it learns of the word and of the reset at once
    for client in clients:
        client.send(type="ping")
        client.reset()
    site.process.send_signal(signal.SIGCONT)
    assert site.status("/livez") == 200

    with RawSocket(site, cookie) as last:
        last.send(type="ping")
        assert last.until(b"pong") == 0
