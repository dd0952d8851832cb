"""One process serves a database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from pytest_django import Settings

from chat.serving import serving_lock
from chat.serving.serving_lock import ServingLock, Taken

from ..support.reader import Reader
from ..support.site_process import SiteProcess

Start = Callable[..., SiteProcess]


@pytest.fixture
def new_lock(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], ServingLock]]:
    """Create locks, and release them when the test ends."""
    settings.REDIS_URL = ""
    if connection.vendor == "sqlite":
        monkeypatch.setitem(settings.DATABASES["default"], "NAME", tmp_path / "database")
    for name in ("PGAPPNAME", "PGOPTIONS"):
        monkeypatch.setenv(name, "")  # so that monkeypatch restores it
    monkeypatch.delenv("PGOPTIONS")
    locks: list[ServingLock] = []

    def make() -> ServingLock:
        locks.append(ServingLock())
        return locks[-1]

    yield make
    for lock in locks:
        lock.release()


@pytest.mark.django_db(transaction=True)
def test_the_error_of_a_second_process_says_what_to_do(new_lock: Callable[[], ServingLock]) -> None:
    new_lock().acquire(0)
    waited: list[int] = []

    with pytest.raises(Taken, match="set REDIS_URL for both"):
        new_lock().acquire(0, on_wait=lambda: waited.append(1))

    assert waited == [1]


@pytest.mark.django_db(transaction=True)
def test_the_lock_is_free_after_its_process_has_ended(new_lock: Callable[[], ServingLock]) -> None:
    first = new_lock()
    first.acquire(0)
    first.release()

    new_lock().acquire(5)  # PostgreSQL ends the session of a closed connection a moment later


@pytest.mark.django_db(transaction=True)
def test_with_redis_several_processes_may_hold_the_lock(
    new_lock: Callable[[], ServingLock], settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1/0"

    new_lock().acquire(0)
    new_lock().acquire(0)


@pytest.mark.django_db(transaction=True)
def test_on_postgresql_a_process_is_recognised_by_its_connections(
    new_lock: Callable[[], ServingLock], monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        return  # on SQLite the lock is a file
    import psycopg

    with psycopg.connect(
        **connection.get_connection_params(), application_name=f"{serving_lock.PREFIX}other", autocommit=True
    ) as other:
        other.execute("SELECT 1")
        with pytest.raises(Taken):
            new_lock().acquire(0)
        monkeypatch.setattr(serving_lock, "LIVE_SECONDS", 0)  # as if it had been silent for long, its host being gone
        new_lock().acquire(5)


@pytest.mark.django_db(transaction=True)
def test_the_server_aborts_idle_transactions_of_a_serving_process(
    new_lock: Callable[[], ServingLock],
) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite's locks end with the process
    import psycopg

    new_lock().acquire(0)

    with psycopg.connect(**connection.get_connection_params()) as serving:
        assert serving.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("5s",)


@pytest.mark.django_db
@pytest.mark.parametrize("error", [Taken("set REDIS_URL"), OperationalError("database does not exist")])
def test_serve_ends_with_an_error_in_plain_words(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ServingLock, "acquire", refuse)

    with pytest.raises(CommandError, match=r"set REDIS_URL|cannot be used: database does not exist"):
        call_command("serve", skip_checks=True)


@pytest.mark.process
async def test_a_new_process_waits_for_the_previous_one_to_drain(start_site: Start) -> None:
    site = start_site(CHAT_MODEL="python:tests.support.talking:steadily", REDIS_URL="")
    successor = SiteProcess(site.folder, database_url=site.database_url, SERVE_DRAIN_SECONDS="20", REDIS_URL="")
    async with Reader(site) as reader:
        turn = (await reader.ask("When does the Heron launch?"))["turn"]
        starting = asyncio.create_task(asyncio.to_thread(successor.start))
        await reader.until(lambda _: "waiting for it to end" in successor.output)
        stopping = asyncio.create_task(asyncio.to_thread(site.stop))
        end = await reader.until_end(turn)
    try:
        assert (await stopping, end["code"]) == (0, "INTERRUPTED")
        await starting
    finally:
        successor.stop()
