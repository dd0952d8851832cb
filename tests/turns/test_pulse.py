"""The beat at which the streams of models are read."""

from __future__ import annotations

import asyncio

from chat.turns.pulse import Pulse

NEVER = 60.0


async def test_a_beat_does_what_waits_for_it_and_nothing_later() -> None:
    pulse, done = Pulse(NEVER), list[str]()
    pulse.at_next(lambda: done.append("first"))
    pulse.at_next(lambda: done.append("second"))

    pulse.beat()
    pulse.at_next(lambda: done.append("late"))

    assert done == ["first", "second"]
    pulse.beat()
    assert done == ["first", "second", "late"]


async def test_without_a_beat_nothing_waits_for_long() -> None:
    done = asyncio.Event()

    Pulse(0.001).at_next(done.set)

    async with asyncio.timeout(20):
        await done.wait()


async def test_what_is_put_off_at_a_beat_waits_for_the_next() -> None:
    pulse, done = Pulse(NEVER), list[str]()
    pulse.at_next(lambda: pulse.at_next(lambda: done.append("put off")))

    pulse.beat()

    assert not done
    pulse.beat()
    assert done == ["put off"]
