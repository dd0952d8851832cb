"""The text of answers goes first: other work of the process waits until it is stored and sent, but never for long."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from chat.database import YieldingThreads, priority
from chat.database.priority import Priority

PATIENCE = 20


@pytest.fixture
def text_first(monkeypatch: pytest.MonkeyPatch) -> Iterator[Priority]:
    monkeypatch.setattr(priority, "LIMIT_SECONDS", 60.0)
    monkeypatch.setattr(priority, "text_first", own := Priority())
    yield own
    own.end()


async def test_a_task_goes_on_once_no_text_is_on_its_way(text_first: Priority) -> None:
    text_first.begin()
    waiting = asyncio.create_task(text_first.over())
    await asyncio.sleep(0)
    waits = not waiting.done()

    text_first.end()

    async with asyncio.timeout(PATIENCE):
        await waiting
    assert waits


async def test_a_task_does_not_wait_if_no_text_is_on_its_way(text_first: Priority) -> None:
    text_first.begin()
    text_first.end()

    with pytest.raises(StopIteration):
        text_first.over().send(None)


async def test_threads_begin_their_work_once_no_text_is_on_its_way(text_first: Priority) -> None:
    has_begun = threading.Event()
    with YieldingThreads(2) as threads:
        text_first.begin()
        work = threads.submit(has_begun.set)
        has_begun.wait(0.05)
        waits = not has_begun.is_set()

        text_first.end()

        await asyncio.wait_for(asyncio.wrap_future(work), PATIENCE)
    assert waits


async def test_what_has_begun_goes_on(text_first: Priority) -> None:
    both = threading.Barrier(2)
    with YieldingThreads(1) as threads:
        work = threads.submit(lambda: [both.wait(PATIENCE) for _ in range(2)])
        both.wait(PATIENCE)

        text_first.begin()

        both.wait(PATIENCE)
        await asyncio.wait_for(asyncio.wrap_future(work), PATIENCE)


async def test_work_returns_its_result_and_raises_its_error() -> None:
    with YieldingThreads(1) as threads:
        assert threads.submit(divmod, 7, 2).result(PATIENCE) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            threads.submit(divmod, 1, 0).result(PATIENCE)


async def test_nothing_waits_longer_than_the_limit(text_first: Priority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priority, "LIMIT_SECONDS", 0.001)
    text_first.begin()
    with YieldingThreads(1) as threads:
        work = threads.submit(bool)

        async with asyncio.timeout(PATIENCE):
            await text_first.over()
            await asyncio.wrap_future(work)


async def test_a_thread_does_not_wait_longer_than_the_limit_for_a_loop_that_is_blocked(
    text_first: Priority, monkeypatch: pytest.MonkeyPatch
) -> None:
    text_first.begin()
    monkeypatch.setattr(priority, "LIMIT_SECONDS", 0.001)
    with YieldingThreads(1) as threads:
        assert threads.submit(divmod, 7, 2).result(PATIENCE) == (3, 1)


async def test_to_begin_again_meanwhile_does_not_make_others_wait_longer(
    text_first: Priority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(priority, "LIMIT_SECONDS", 0.001)
    text_first.begin()
    monkeypatch.setattr(priority, "LIMIT_SECONDS", 60.0)

    text_first.begin()

    async with asyncio.timeout(PATIENCE):
        await text_first.over()
