"""A few threads that do the database work of many."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest
from django.db import connection

from chat.database import FewThreads
from chat.database.threads import THREADS

seen = ContextVar("seen", default="")


def test_many_threads_work_in_a_few() -> None:
    threads = FewThreads(2, "few")
    with ThreadPoolExecutor(8) as many:
        names = set(many.map(lambda _: threads.do(lambda: threading.current_thread().name), range(40)))

    assert names <= {"few_0", "few_1"}


def test_the_work_sees_the_context_of_who_asks_and_its_result_and_failure_come_back() -> None:
    threads = FewThreads(1, "few")
    seen.set("here")

    assert threads.do(seen.get) == "here"
    with pytest.raises(ZeroDivisionError):
        threads.do(divmod, 1, 0)


@pytest.mark.django_db
def test_within_a_transaction_the_work_is_done_in_it() -> None:
    assert FewThreads(1, "few").do(threading.current_thread) is threading.current_thread()


@pytest.mark.any_database
def test_there_are_as_many_database_threads_as_processors_unless_they_wait_for_another_process() -> None:
    assert (min(max(os.cpu_count() or 1, 2), 4) if connection.vendor == "sqlite" else 4) == THREADS
