"""The stream on real servers, each a separate process."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Self

import pytest

from ..support.processes import ROOT, free_port
from ..support.site_process import SiteProcess
from .flood import MOST

pytestmark = [pytest.mark.process, pytest.mark.any_database, pytest.mark.waits]

Start = Callable[..., SiteProcess]


def token_of(site: SiteProcess) -> str:
    """Issue an API token of the user demo, and return it."""
    code = (
        "from django.contrib.auth.models import User; from chat.models import ApiToken;"
        "print(ApiToken.issue(User.objects.get(username='demo'), 'a test')[1])"
    )
    return site.manage("shell", "--no-imports", "-c", code).split()[-1]


class Reading:
    """One ``POST /api/chat/stream``: the ``text`` read so far, and the last event's ``id`` and name (``last``)."""

    def __init__(self, site: SiteProcess, token: str, query: str, **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
        body = json.dumps({"query": query, "session_id": None})
        self.connection.request("POST", "/api/chat/stream", body, headers)
        self.response = self.connection.getresponse()
        self.text, self.id, self.last = "", "", ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.response.close()
        self.connection.close()

    def read(self) -> Self:
        """Read to the end."""
        for _ in self.lines():
            pass
        return self

    def lines(self) -> Iterator[str]:
        """Yield the lines to the end, and update ``text``, ``id`` and ``last``."""
        while line := self.response.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "id":
                self.id = value
            elif name == "event":
                self.last = value
            elif name == "data" and self.last == "token":
                self.text += json.loads(value)["content"]
            yield line

    def until_words(self, words: int) -> None:
        for _ in self.lines():
            if len(self.text.split()) >= words:
                return


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_a_restart_in_the_middle_of_an_answer_loses_nothing(start_site: Start, server: str) -> None:
    site = start_site(SERVER=server, CHAT_MODEL="python:tests.support.talking:for_a_while", SERVE_DRAIN_SECONDS="0")
    token = token_of(site)
    with Reading(site, token, "When does the Heron launch?") as reading:
        reading.until_words(10)

        stopping = asyncio.create_task(asyncio.to_thread(site.stop))
        await asyncio.to_thread(reading.read)

        assert await stopping == 0
    assert reading.last == "error"
    assert [(reading.text,)] == site.rows("SELECT answer FROM chat_turn")
    site.start()
    with Reading(site, token, "When does the Heron launch?", **{"Last-Event-ID": reading.id}) as again:
        assert (again.read().text, again.last) == ("", "error")
    assert token not in site.output
    assert "Traceback" not in site.output


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_a_client_that_disconnects_frees_its_place_and_the_answer_continues(start_site: Start, server: str) -> None:
    site = start_site(
        SERVER=server,
        CHAT_MODEL="python:tests.support.talking:briefly",
        CHAT_API_STREAMS_PER_USER="1",
        LOG_LEVEL="DEBUG",
    )
    token = token_of(site)
    with Reading(site, token, "When does the Heron launch?") as reading:
        reading.until_words(3)

    give_up = time.monotonic() + 10
    while not resume(site, token, reading):  # until the server has noticed the disconnect
        assert time.monotonic() < give_up

    assert reading.text.split() == [*(f"word{number}" for number in range(1, 21)), "[1]"]
    assert reading.last == "done"
    assert token not in site.output
    assert "Traceback" not in site.output


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_events_are_not_compressed_and_arrive_one_by_one(start_site: Start, server: str) -> None:
    site = start_site(SERVER=server, CHAT_MODEL="python:tests.support.talking:for_a_while")
    token = token_of(site)

    with Reading(site, token, "When does the Heron launch?", **{"Accept-Encoding": "gzip, br"}) as reading:
        reading.until_words(3)

        assert reading.response.getheader("Content-Encoding") is None
        assert site.rows("SELECT state FROM chat_turn") == [("streaming",)]


def resume(site: SiteProcess, token: str, reading: Reading) -> bool:
    """Read the rest of the answer, and return True, unless the user has too many readers."""
    with Reading(site, token, "When does the Heron launch?", **{"Last-Event-ID": reading.id}) as again:
        if again.response.status == 429:
            return False
        reading.text += again.read().text
        reading.last = again.last
        return True


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_the_server_buffers_little_for_a_client_that_does_not_read(server: str) -> None:
    port = free_port()
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "chatsite.settings"}
    command = [sys.executable, "-m", "tests.api.flood", server, str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            accepted = int(process.stdout.readline())

            client.settimeout(20)
            with contextlib.suppress(ConnectionResetError):  # the server may close or reset the connection
                while client.recv(1024 * 1024):
                    pass
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        finally:
            process.kill()

    assert accepted < MOST / 4
