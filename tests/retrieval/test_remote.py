"""Searches whose remote hangs or fails."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from time import monotonic

import pytest
from pytest_django import Settings

from chat.retrieval import remote
from chat.retrieval.remote import DaemonThreads, OptionalRemote
from chat.upstream.breaker import FAILURES


@pytest.fixture
def released() -> threading.Event:
    return threading.Event()


@pytest.fixture
def two_threads(monkeypatch: pytest.MonkeyPatch) -> DaemonThreads:
    threads = DaemonThreads(2)
    monkeypatch.setattr(remote, "_threads", threads)
    return threads


async def test_no_search_exceeds_its_time_limit_though_every_thread_hangs(
    two_threads: DaemonThreads, released: threading.Event, settings: Settings
) -> None:
    hanging = OptionalRemote("The test", load=lambda: None)
    assert await hanging.ask(lambda: "well") == "well"
    settings.CHAT_RETRIEVAL_SECONDS = 0.1
    began = monotonic()

    answers = await asyncio.gather(*(hanging.ask(released.wait) for _ in range(6)))

    assert answers == [None] * 6
    assert monotonic() - began < 10
    released.set()


async def test_work_that_timed_out_in_the_queue_is_not_started(
    two_threads: DaemonThreads, released: threading.Event, settings: Settings
) -> None:
    settings.CHAT_RETRIEVAL_SECONDS = 0.1
    asked: list[int] = []
    hanging = OptionalRemote("The test", load=lambda: None)
    await asyncio.gather(*(hanging.ask(released.wait) for _ in range(2)))

    await hanging.ask(lambda: asked.append(1))
    released.set()
    last: Future[str] = two_threads.submit(lambda: "last")

    assert last.result(timeout=60) == "last"
    assert asked == []


async def test_a_cancelled_search_does_not_count_as_a_failure(
    two_threads: DaemonThreads, released: threading.Event
) -> None:
    hanging = OptionalRemote("The test", load=lambda: None)
    for _ in range(FAILURES):
        task = asyncio.create_task(hanging.ask(released.wait))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    assert not hanging.breaker.is_open
    released.set()


async def test_a_client_that_cannot_be_loaded_counts_as_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    def load() -> None:
        raise ImportError("No module named 'databricks_langchain'")

    assert await OptionalRemote("The test", load=load).ask(lambda: "never") is None
    assert "The test failed (ImportError)" in caplog.text


def test_idle_threads_are_reused_even_after_an_exception() -> None:
    threads = DaemonThreads(8)

    def wrong() -> None:
        raise ZeroDivisionError

    for _ in range(20):
        with pytest.raises(ZeroDivisionError):
            threads.submit(wrong).result(timeout=60)

    assert threads._count <= 2  # the first may not be idle again when the next task comes
