"""What a connection waits with: its mailbox, the gate of what it sends, and the pings."""

from __future__ import annotations

import asyncio

import pytest

from chat.serving.gate import Gate
from chat.serving.mailbox import Mailbox
from chat.serving.pings import TOGETHER_SECONDS, interval, together


async def test_messages_come_in_order_whether_they_wait_or_the_reader_does() -> None:
    mailbox = Mailbox()
    mailbox.put_nowait(1)
    mailbox.put_nowait(2)
    reader = asyncio.create_task(_read(mailbox, 3))
    await asyncio.sleep(0)
    mailbox.put_nowait(3)

    assert await reader == [1, 2, 3]
    assert mailbox.empty()
    assert mailbox.qsize() == 0


async def test_a_reader_that_is_cancelled_takes_no_message_along() -> None:
    mailbox = Mailbox()
    reader = asyncio.create_task(mailbox.get())
    await asyncio.sleep(0)
    mailbox.put_nowait(1)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader

    assert await mailbox.get() == 1


async def test_a_gate_lets_through_unless_it_is_closed() -> None:
    gate = Gate()
    await gate.wait()
    gate.clear()
    waiting = [asyncio.create_task(gate.wait()) for _ in range(2)]
    await asyncio.sleep(0)

    assert not gate.is_set()
    assert not any(task.done() for task in waiting)
    gate.clear()
    gate.set()
    await asyncio.gather(*waiting)
    assert gate.is_set()


@pytest.mark.parametrize(("sockets", "seconds"), [(1, 4), (240, 4), (300, 5), (3_000, 50)])
def test_a_process_sends_at_most_sixty_pings_a_second(sockets: int, seconds: float) -> None:
    assert interval(4, sockets) == seconds


def test_sockets_that_are_due_one_after_another_are_pinged_together_and_none_too_early() -> None:
    due = [100.01, 100.1, 100.24, 100.25]

    moments = [together(moment) for moment in due]

    assert set(moments) == {100.25}
    assert together(100.26) == 100.25 + TOGETHER_SECONDS


async def _read(mailbox: Mailbox, count: int) -> list[int]:
    return [await mailbox.get() for _ in range(count)]
