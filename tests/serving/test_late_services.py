"""A site whose services start later than it does, or not at all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from ..support.processes import Missing, free_port
from ..support.reader import Reader
from ..support.servers import ServerProcess, postgresql_server, redis_server
from ..support.site_process import SiteProcess

pytestmark = [pytest.mark.process, pytest.mark.waits, pytest.mark.any_database]

QUESTION = "When does the Heron launch?"
SECONDS = 30.0


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """A PostgreSQL server that a test may stop."""
    try:
        with postgresql_server() as server:
            yield server
    except Missing as missing:
        pytest.skip(str(missing))


def new_database(server: ServerProcess) -> str:
    """Create an empty database on this server, which ends with the tests, and return its URL."""
    import psycopg

    name = f"site_{uuid4().hex[:12]}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return urlsplit(server.url)._replace(path=f"/{name}").geturl()


def health(site: SiteProcess) -> tuple[int, dict[str, str]]:
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=30)) as connection:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def becomes(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()


@pytest.mark.parametrize("chosen", ["daphne", "uvicorn"])
async def test_a_site_that_starts_before_postgresql_says_so_and_goes_on_with_it(
    server: ServerProcess, tmp_path: Path, chosen: str
) -> None:
    site = SiteProcess(tmp_path, database_url=new_database(server), SERVER=chosen, REDIS_URL="")
    server.end()
    try:
        site.start()
        away = health(site)
        page, live = site.status("/"), site.status("/livez")
    finally:
        server.start()
    assert becomes(lambda: health(site)[0] == 200)
    healed = health(site)[1]
    async with Reader(site) as reader:
        end = await reader.until_end((await reader.ask(QUESTION))["turn"])
    assert site.stop() == 0

    assert (away[0], away[1]["database"], page, live) == (503, "unavailable", 503, 200)
    assert "warming" not in healed.values()
    assert end["type"] == "done"
    [line] = [line for line in site.output.splitlines() if "does not answer" in line]
    assert line.startswith("Warning: the database of DATABASE_URL (127.0.0.1:")
    assert site.output.count("chatsite is ready") == 1
    assert "Traceback" not in site.output


def test_a_site_that_waits_for_postgresql_stops_in_good_order(tmp_path: Path) -> None:
    url = f"postgres://me:canary-word@127.0.0.1:{free_port()}/chat"
    site = SiteProcess(tmp_path, database_url=url, REDIS_URL="")
    site.start()

    assert site.stop() == 0

    assert len(site.output.splitlines()) == 1, site.output
    assert "canary-word" not in site.output


def test_a_postgresql_that_refuses_the_address_ends_the_start(server: ServerProcess, tmp_path: Path) -> None:
    site = SiteProcess(tmp_path, database_url=server.url.rpartition("/")[0] + "/nowhere", REDIS_URL="")

    with pytest.raises(RuntimeError, match=r"exit status 1"):
        site.start()

    [line] = site.output.splitlines()
    assert 'database "nowhere" does not exist; correct DATABASE_URL' in line


def test_a_newer_database_that_appears_later_ends_the_wait(server: ServerProcess, tmp_path: Path) -> None:
    import psycopg

    site = SiteProcess(tmp_path, database_url=new_database(server), REDIS_URL="")
    site.manage("prepare")
    with psycopg.connect(site.database_url) as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('chat', '9999_later', now())")
    server.end()
    try:
        site.start()
    finally:
        server.start()
    assert site.process
    assert site.process.wait(SECONDS) == 1

    assert "changed by a newer version of the site (9999_later)" in site.output.splitlines()[-1]
    assert "Traceback" not in site.output


def test_redis_may_start_later(tmp_path: Path, start_site: Callable[..., SiteProcess]) -> None:
    try:
        context = redis_server()
        with context as redis:
            redis.end()
            site = start_site(REDIS_URL=redis.url)
            assert becomes(lambda: health(site)[0] == 200)
            assert health(site)[1]["layer"] == "unavailable"
            redis.start()
            assert becomes(lambda: health(site)[1]["layer"] == "ok")
    except Missing as missing:
        pytest.skip(str(missing))

    assert len([line for line in site.output.splitlines() if "REDIS_URL" in line]) == 1
    assert "Traceback" not in site.output


def test_a_model_that_cannot_be_loaded_yet_is_unavailable_until_it_can(
    tmp_path: Path, start_site: Callable[..., SiteProcess]
) -> None:
    there = tmp_path / "there"
    site = start_site(CHAT_MODEL="python:tests.support.late_model:once_there", LATE_MODEL_FILE=str(there))

    assert becomes(lambda: health(site)[1]["model"] == "unavailable")
    assert health(site)[0] == 200
    there.touch()
    assert becomes(lambda: health(site)[1]["model"] == "ok")

    [line] = [line for line in site.output.splitlines() if "CHAT_MODEL" in line]
    assert "trying again" in line
    assert "Traceback" not in site.output
    assert site.stop() == 0
