"""The beat at which the streams of models are read."""

from __future__ import annotations

import asyncio

from chat.turns.pulse import Pulse

NEVER = 60.0


async def test_a_beat_wakes_all_who_wait_and_only_those() -> None:
    pulse = Pulse(NEVER)
    early = [asyncio.create_task(pulse.wait()) for _ in range(2)]
    await asyncio.sleep(0)

    pulse.beat()
    late = asyncio.create_task(pulse.wait())
    await asyncio.gather(*early)

    assert not late.done()
    pulse.beat()
    await late


async def test_without_a_beat_nobody_waits_for_long() -> None:
    async with asyncio.timeout(20):
        await Pulse(0.001).wait()


async def test_who_is_cancelled_holds_up_nobody() -> None:
    pulse = Pulse(NEVER)
    waiting = [asyncio.create_task(pulse.wait()) for _ in range(2)]
    await asyncio.sleep(0)

    waiting[0].cancel()
    pulse.beat()

    await waiting[1]
