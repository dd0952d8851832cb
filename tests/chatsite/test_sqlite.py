"""Writers of one process to SQLite, which wait in a lock."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import monotonic

import pytest
from django.db import OperationalError, connection, transaction

from chat.models import Recording
from chatsite.sqlite.base import DatabaseWrapper
from chatsite.sqlite.fair_lock import FairLock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.any_database,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite alone"),
]


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """One thread with a connection of its own."""
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
    for each in threads:
        each.join()

    assert order == [0, 1, 2, 3, 4]


def test_a_thread_that_gives_up_holds_up_nobody_behind_it() -> None:
    lock = FairLock()
    assert lock.acquire(1)
    assert not lock.acquire(0.01)

    lock.release()

    assert lock.acquire(1)


@pytest.mark.parametrize("write", [rename, rename_in_a_transaction])
def test_a_writer_waits_for_the_transaction_before_it(thread: ThreadPoolExecutor, write: Callable[[str], None]) -> None:
    Recording.objects.create(title="", digest="d")
    with transaction.atomic():
        rename("first")
        second = thread.submit(write, "second")
        while not DatabaseWrapper._locks[str(connection.settings_dict["NAME"])]._waiting:
            assert not second.done()
    second.result(20)

    assert Recording.objects.get().title == "second"


@pytest.mark.parametrize("write", [rename, rename_in_a_transaction])
def test_the_line_and_another_process_are_waited_for_within_one_time_out(
    thread: ThreadPoolExecutor, write: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 1)
    thread.submit(close).result()  # the next one has the time-out
    with closing(sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = monotonic()
        with pytest.raises(OperationalError, match="locked"):
            thread.submit(write, "never").result(20)
        waited = monotonic() - begun
        other.execute("ROLLBACK")

    thread.submit(write, "now").result(20)

    assert 0.9 <= waited < 4


def test_after_an_error_it_is_the_next_ones_turn(thread: ThreadPoolExecutor) -> None:
    class Wrong(Exception):
        pass

    def fail() -> None:
        with transaction.atomic():
            rename("undone")
            raise Wrong

    with pytest.raises(Wrong):
        fail()

    thread.submit(rename_in_a_transaction, "done").result(20)


def test_a_connection_that_is_closed_within_a_transaction_gives_its_turn_back(thread: ThreadPoolExecutor) -> None:
    with transaction.atomic():
        connection.close()

    thread.submit(rename, "done").result(20)


def test_who_writes_now_and_then_is_not_starved_by_who_always_writes() -> None:
    """SQLite alone makes one wait for up to a second here, and for 0.2 s one time in twenty."""
    enough = threading.Event()

    def always() -> None:
        while not enough.is_set():
            rename_in_a_transaction("always")
        connection.close()

    busy = [threading.Thread(target=always) for _ in range(4)]
    for each in busy:
        each.start()
    waits = []
    for _ in range(60):
        begun = monotonic()
        rename("now and then")
        waits.append(monotonic() - begun)
    enough.set()
    for each in busy:
        each.join()

    assert sorted(waits)[57] < 0.5, waits
