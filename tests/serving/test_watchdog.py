"""What counts as a block of the event loop, and what does not. A block here lasts much longer than it must."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import pytest

from chat.serving.watchdog import SAMPLE_SECONDS, Reading, Watchdog, occupied

LONG = 0.8

Watched = Callable[[Callable[[], Awaitable[None]]], Watchdog]


def compute(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def wait_for_a_disk(seconds: float) -> None:
    time.sleep(seconds)


def run_on_asyncio(work: Callable[[], Awaitable[None]]) -> Watchdog:
    return asyncio.run(_watched(work))


def run_on_uvloop(work: Callable[[], Awaitable[None]]) -> Watchdog:
    uvloop = pytest.importorskip("uvloop")
    watchdog: Watchdog = uvloop.run(_watched(work))
    return watchdog


async def _watched(work: Callable[[], Awaitable[None]]) -> Watchdog:
    watchdog = Watchdog()
    watchdog.start()
    await asyncio.sleep(0)
    await work()
    watchdog.end()
    return watchdog


@pytest.fixture(params=[run_on_asyncio, run_on_uvloop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Watched:
    caplog.set_level(logging.INFO)
    chosen: Watched = request.param
    return chosen


@pytest.mark.parametrize("block", [compute, wait_for_a_disk])
def test_what_blocks_the_loop_is_counted_and_logged_once_with_its_place(
    run: Watched, caplog: pytest.LogCaptureFixture, block: Callable[[float], None]
) -> None:
    async def work() -> None:
        for _ in range(2):
            await asyncio.sleep(0.01)
            block(LONG)

    watchdog = run(work)

    lines = [record.message for record in caplog.records if record.message.endswith(f" in {block.__name__}")]
    assert len(lines) == 1, caplog.text
    assert "tests/serving/test_watchdog.py:" in lines[0]
    assert watchdog.blocks >= 2
    assert watchdog.longest > LONG / 4
    assert f"was blocked {watchdog.blocks} times" in caplog.records[-1].message


def test_a_loop_that_waits_is_not_blocked(run: Watched, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        await asyncio.sleep(LONG)

    watchdog = run(work)

    assert (watchdog.blocks, caplog.records) == (0, [])


def test_many_short_callbacks_are_no_block(run: Watched) -> None:
    async def work() -> None:
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        for _ in range(100):
            loop.call_soon(compute, 0.002)
        loop.call_soon(end.set)
        await end.wait()

    assert run(work).blocks == 0


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        (Reading(at=SAMPLE_SECONDS, processor=SAMPLE_SECONDS, sleeps=False), SAMPLE_SECONDS),
        (Reading(at=SAMPLE_SECONDS, processor=0.001, sleeps=True), SAMPLE_SECONDS),
        (Reading(at=1.0, processor=0.001, sleeps=False), 0.001),  # it waits for a processor
        (Reading(at=1.0, processor=0.001, sleeps=True), 0.001),  # so does whom it waits for
    ],
)
def test_waiting_for_a_processor_is_no_block(after: Reading, seconds: float) -> None:
    assert occupied(Reading(at=0.0, processor=0.0, sleeps=True), after) == seconds
