"""The database is locked, full, restarted or gone, while a site in a process of its own streams an answer.

The tests read an open socket all the time, as a browser does: otherwise it answers no ping, and the site closes it.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import UUID, uuid4

import pytest
from typing_extensions import override

from ..support.processes import Missing
from ..support.reader import Reader
from ..support.servers import ServerProcess, postgresql_server
from ..support.site_process import SiteProcess

pytestmark = [pytest.mark.process, pytest.mark.waits]

Start = Callable[..., SiteProcess]
FOR_A_WHILE = "python:tests.support.talking:for_a_while"
BRIEFLY = "python:tests.support.talking:briefly"
QUESTION = "When does the Heron launch?"
NOT_SAVED = "This could not be saved. Please try again in a moment."


class NoRedirects(HTTPRedirectHandler):
    """Follows no redirect: it is an answer, too."""

    @override
    def redirect_request(self, *_: Any) -> None:
        return None


def visit(reader: Reader, path: str, data: bytes | None = None) -> tuple[int, str]:
    """Return status and text of a page of the site, as the reader's user sees it."""
    request = Request(reader.site.url + path, data, {"Cookie": reader.cookie})  # noqa: S310  # our own site
    try:
        with build_opener(NoRedirects).open(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def filled_in(reader: Reader) -> bytes:
    """Return the form that asks a question without JavaScript, encoded."""
    token = reader.cookie.partition("csrftoken=")[2].partition(";")[0]
    return urlencode({"csrfmiddlewaretoken": token, "request_id": uuid4(), "question": QUESTION}).encode()


async def refusal(reader: Reader) -> dict[str, Any]:
    """Ask a question, and return the ``error`` event that refuses it."""
    request = str(uuid4())
    await reader.send(type="ask", request_id=request, conversation=None, question=QUESTION, recordings=[])
    return await reader.until(lambda event: event.get("request_id") == request)


def stored(site: SiteProcess, turn: str) -> tuple[str, str]:
    name = turn if site.database_url else UUID(turn).hex
    [(state, answer)] = site.rows("SELECT state, answer FROM chat_turn WHERE uuid = ?", name)
    return state, answer


def shown_is_stored(site: SiteProcess, reader: Reader, turn: str) -> bool:
    """Return whether the database has all of a running turn's text that the reader has received."""
    name = turn if site.database_url else UUID(turn).hex
    sql = "SELECT text FROM chat_chunk c JOIN chat_turn t ON t.id = c.turn_id WHERE t.uuid = ? ORDER BY c.seq"
    return "".join(text for (text,) in site.rows(sql, name)).startswith(reader.text[turn])


@contextmanager
def locked(site: SiteProcess) -> Iterator[None]:
    """Lock the site's SQLite database, as another process that writes to it."""
    with closing(sqlite3.connect(site.folder / "chatsite.sqlite3", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def full_disk(site: SiteProcess) -> Iterator[None]:
    """Let no file of the site grow beyond 4 KiB, so that its database can be read but not written."""
    assert site.process
    soft, hard = resource.prlimit(site.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    yield
    resource.prlimit(site.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """A PostgreSQL server that a test may stop."""
    try:
        with postgresql_server() as server:
            yield server
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def on_postgresql(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteProcess]:
    """A site on that server."""
    folder = tmp_path_factory.mktemp("site")
    with SiteProcess(folder, database_url=server.url, covered=False, CHAT_MODEL=FOR_A_WHILE) as site:
        yield site


@pytest.mark.any_database
async def test_a_lock_of_8_seconds_delays_answers_and_makes_waiting_questions_fail(start_site: Start) -> None:
    site = start_site(CHAT_MODEL=FOR_A_WHILE, DATABASE_URL="")
    reader, other = Reader(site), Reader(site)
    async with reader, other:
        turn = (await reader.ask(QUESTION))["turn"]
        await reader.until_words(turn, 5)
        reading = asyncio.create_task(reader.until_end(turn))
        with locked(site):
            refusing = asyncio.create_task(refusal(other))
            page = await asyncio.to_thread(visit, reader, "/")
            sent = await asyncio.to_thread(visit, reader, "/ask/", filled_in(reader))
            refused = await refusing
            asking = asyncio.create_task(other.ask(QUESTION))
            await asyncio.sleep(3)
            assert shown_is_stored(site, reader, turn)
        accepted = await asking
        end = await reading

    assert (page[0], sent[0]) == (200, 503)
    assert "send it again" in sent[1]
    assert (refused["type"], refused["message"], refused["retryable"]) == ("error", NOT_SAVED, True)
    assert accepted["state"] == "streaming"  # nothing was before it, so it began with the statement that stored it
    assert (end["type"], stored(site, turn)) == ("done", ("complete", reader.text[turn]))
    assert "Traceback" not in site.output


@pytest.mark.any_database
async def test_questions_are_refused_until_a_full_disk_has_room_again(start_site: Start) -> None:
    site = start_site(CHAT_MODEL=FOR_A_WHILE, DATABASE_URL="")
    reader, other = Reader(site), Reader(site)
    async with reader, other:
        turn = (await reader.ask(QUESTION))["turn"]
        await reader.until_words(turn, 5)
        reading = asyncio.create_task(reader.until_end(turn))
        with full_disk(site):
            refused = await refusal(other)
            page = await asyncio.to_thread(visit, reader, "/")
            assert shown_is_stored(site, reader, turn)
        accepted = await other.ask(QUESTION)
        ends = await asyncio.gather(reading, other.until_end(accepted["turn"]))

    assert (refused["message"], page[0]) == (NOT_SAVED, 200)
    assert [end["type"] for end in ends] == ["done", "done"]
    assert stored(site, turn) == ("complete", reader.text[turn])
    assert "Traceback" not in site.output


async def test_a_crash_of_postgresql_loses_no_shown_text(server: ServerProcess, on_postgresql: SiteProcess) -> None:
    site = on_postgresql
    async with Reader(site) as reader:
        turn = (await reader.ask(QUESTION))["turn"]
        await reader.until_words(turn, 20)
        server.end(signal.SIGQUIT)  # as pg_ctl stop -m immediate does
        server.start()
        assert shown_is_stored(site, reader, turn)
        await reader.until_end(turn)

    assert stored(site, turn) == ("complete", reader.text[turn])
    assert "Traceback" not in site.output


async def test_an_outage_of_postgresql_refuses_pages_and_questions_and_then_answers_continue(
    server: ServerProcess, on_postgresql: SiteProcess
) -> None:
    site = on_postgresql
    reader, other = Reader(site), Reader(site)
    async with reader, other:
        turn = (await reader.ask(QUESTION))["turn"]
        await reader.until_words(turn, 5)
        reading = asyncio.create_task(reader.until_end(turn))
        server.end()
        away_since = time.monotonic()
        visits = [asyncio.create_task(asyncio.to_thread(visit, reader, path)) for path in ("/", "/admin/", "/readyz")]
        refused = await refusal(other)
        pages = await asyncio.gather(*visits)
        await asyncio.sleep(10 - (time.monotonic() - away_since))
        server.start()
        back_since = time.monotonic()
        accepted = await other.ask(QUESTION)
        assert time.monotonic() - back_since < 10  # usually below 3
        ends = await asyncio.gather(reading, other.until_end(accepted["turn"]))

    assert refused["message"] == NOT_SAVED
    assert [status for status, _ in pages] == [503, 503, 503]
    assert all("is not available right now" in text for _, text in pages[:2])
    assert [end["type"] for end in ends] == ["done", "done"]
    assert stored(site, turn) == ("complete", reader.text[turn])
    assert "Traceback" not in site.output
    assert site.output.count("cannot be used") == 1  # though there were two outages
    assert "Service Unavailable" not in site.output
