"""What a search does about a service that hangs."""

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


async def test_when_every_thread_hangs_no_search_waits_longer_than_it_may(
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


async def test_what_nobody_waits_for_any_more_is_not_begun(
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


async def test_a_search_that_is_stopped_says_nothing_against_the_service(
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


async def test_what_cannot_be_loaded_is_done_without(caplog: pytest.LogCaptureFixture) -> None:
    def load() -> None:
        raise ImportError("No module named 'databricks_langchain'")

    assert await OptionalRemote("The test", load=load).ask(lambda: "never") is None
    assert "The test did not answer (ImportError)" in caplog.text


def test_threads_are_as_few_as_can_be_and_outlive_what_goes_wrong() -> None:
    threads = DaemonThreads(8)

    def wrong() -> None:
        raise ZeroDivisionError

    for _ in range(20):
        with pytest.raises(ZeroDivisionError):
            threads.submit(wrong).result(timeout=60)

    assert threads._count <= 2  # one may still be on its way back when the next task comes
