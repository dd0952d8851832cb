"""A few threads that do the database work of many."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from chat.database import FewThreads
from chat.database.threads import threads_for

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


@pytest.mark.parametrize(
    ("database", "processors", "count"),
    [("sqlite", 1, 2), ("sqlite", 2, 2), ("sqlite", 3, 3), ("sqlite", 64, 4), ("postgresql", 1, 4)],
)
def test_there_are_as_many_threads_as_processors_unless_they_wait_for_another_process(
    database: str, processors: int, count: int
) -> None:
    assert threads_for(database, processors) == count
