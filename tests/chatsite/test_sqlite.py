"""SQLite's writers in one process, which wait for a fair lock."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from time import monotonic

import pytest
from django.db import OperationalError, close_old_connections, connection, transaction

from chat.models import Recording
from chatsite.sqlite.base import DatabaseWrapper
from chatsite.sqlite.fair_lock import FairLock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.any_database,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only about SQLite"),
]


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """A thread with a connection of its own."""
    with ThreadPoolExecutor(1) as thread:
        yield thread
        thread.submit(close).result()


def close() -> None:
    connection.close()


def rename(title: str) -> None:
    Recording.objects.update(title=title)


def rename_in_a_transaction(title: str) -> None:
    with transaction.atomic():
        rename(title)


def test_a_fair_lock_is_first_come_first_served() -> None:
    lock, order = FairLock(), []
    assert lock.acquire(1)

    def wait(number: int) -> None:
        assert lock.acquire(20)
        order.append(number)
        lock.release()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=wait, args=[number]))
        threads[-1].start()
        while len(lock._waiting) <= number:
            threading.Event().wait(0.001)
    lock.release()
    for thread in threads:
        thread.join()

    assert order == [0, 1, 2, 3, 4]


def test_a_thread_that_gives_up_does_not_block_those_behind_it() -> None:
    lock = FairLock()
    assert lock.acquire(1)
    assert not lock.acquire(0.01)

    lock.release()

    assert lock.acquire(1)


@pytest.mark.parametrize("write", [rename, rename_in_a_transaction])
def test_a_writer_waits_for_the_current_transaction(thread: ThreadPoolExecutor, write: Callable[[str], None]) -> None:
    Recording.objects.create(title="", digest="d")
    with transaction.atomic():
        rename("first")
        second = thread.submit(write, "second")
        while not DatabaseWrapper._locks[str(connection.settings_dict["NAME"])]._waiting:
            assert not second.done()
    second.result(20)

    assert Recording.objects.get().title == "second"


@pytest.mark.parametrize("write", [rename, rename_in_a_transaction])
def test_waiting_in_the_queue_and_for_another_process_share_one_timeout(
    thread: ThreadPoolExecutor, write: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 1)
    thread.submit(close).result()  # the next connection has the new timeout
    with closing(sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = monotonic()
        with pytest.raises(OperationalError, match="locked"):
            thread.submit(write, "never").result(20)
        waited = monotonic() - begun
        other.execute("ROLLBACK")

    thread.submit(write, "now").result(20)

    assert 0.9 <= waited < 4


def test_a_transaction_that_fails_releases_the_lock(thread: ThreadPoolExecutor) -> None:
    class Failed(Exception):
        pass

    def fail() -> None:
        with transaction.atomic():
            rename("undone")
            raise Failed

    with pytest.raises(Failed):
        fail()

    thread.submit(rename_in_a_transaction, "done").result(20)


def test_closing_a_connection_within_a_transaction_releases_the_lock(thread: ThreadPoolExecutor) -> None:
    with transaction.atomic():
        connection.close()

    thread.submit(rename, "done").result(20)


def test_constant_writers_do_not_starve_an_occasional_one() -> None:
    """Without the lock, SQLite makes this writer wait for up to a second, and for 0.2 s one time in twenty."""
    is_enough = threading.Event()

    def write_constantly() -> None:
        while not is_enough.is_set():
            rename_in_a_transaction("always")
        connection.close()

    writers = [threading.Thread(target=write_constantly) for _ in range(4)]
    for writer in writers:
        writer.start()
    waits = []
    for _ in range(60):
        begun = monotonic()
        rename("now and then")
        waits.append(monotonic() - begun)
    is_enough.set()
    for writer in writers:
        writer.join()

    assert sorted(waits)[57] < 0.5, waits


def test_the_next_request_uses_another_connection_after_a_failure(thread: ThreadPoolExecutor) -> None:
    assert thread.submit(connection_after, "SELECT 1").result()
    assert not thread.submit(connection_after, "SELECT no_such_column FROM chat_recording").result()


def connection_after(sql: str) -> bool:
    """Return whether the connection of a request that carries out this statement stays for the next one."""
    connection.ensure_connection()
    used = connection.connection
    with suppress(OperationalError), connection.cursor() as cursor:
        cursor.execute(sql)
    close_old_connections()
    return connection.connection is used
