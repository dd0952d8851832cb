from __future__ import annotations

import asyncio

import pytest

from chat.turns.owned_tasks import OwnedTasks


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


async def fail(error: Exception) -> None:
    raise error


async def test_cancel_does_not_cancel_the_task_that_calls_it() -> None:
    tasks = OwnedTasks("a test")
    other = tasks.start(wait_for_ever())

    async def cancel_all() -> str:
        tasks.cancel()
        await asyncio.sleep(0)
        return "went on"

    assert await tasks.start(cancel_all()) == "went on"
    assert other.cancelled()


async def test_a_failure_is_logged_once_with_its_owner(caplog: pytest.LogCaptureFixture) -> None:
    tasks = OwnedTasks("a test")

    await asyncio.wait([tasks.start(fail(ValueError("broken")))])
    await asyncio.sleep(0)

    [record] = caplog.records
    assert record.getMessage() == "A task of a test failed"
    assert record.exc_info
    assert str(record.exc_info[1]) == "broken"


async def test_a_failure_that_the_owner_handles_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    tasks = OwnedTasks("a test", on_failure=lambda error: str(error) == "expected")

    await asyncio.wait([tasks.start(fail(ValueError("expected")))])
    await asyncio.sleep(0)

    assert caplog.records == []


async def test_tasks_know_whether_there_was_one() -> None:
    tasks = OwnedTasks("a test")
    before = tasks.have_started
    tasks.start(wait_for_ever())

    await tasks.end(5)

    assert (before, tasks.have_started) == (False, True)
