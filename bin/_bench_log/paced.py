"""The chat model of the benchmark: each token has a timestamp, and comes on schedule.

It runs in the server's own process behind the site's own interface, so the benchmark measures the path from a model's
token to a frame: log, group commit, follower, socket.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from chat.llm import ChatModel, Delta
from chat.prompts import Message

TURNS = int(os.environ["BENCH_TURNS"])
RATE = float(os.environ["BENCH_RATE"])
TOKENS = int(os.environ["BENCH_TOKENS"])
STATS = Path(os.environ["BENCH_STATS"])


class PacedModel:
    """Yields ``TOKENS`` tokens, ``RATE`` per second; a token is the monotonic clock in nanoseconds and a blank.

    The turns begin when all of them have been asked, spread over a second, so that all of them stream at once.
    """

    name = "paced"

    def __init__(self) -> None:
        self._asked = 0
        self._all_asked = asyncio.Event()

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        """Yield the tokens; a late token does not delay the next one."""
        self._asked += 1
        place = self._asked / TURNS
        if self._asked == TURNS:
            _note("begin")
            self._all_asked.set()
        await self._all_asked.wait()
        start = time.monotonic() + place
        for number in range(TOKENS):
            pause = start + number / RATE - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            yield Delta(f"{time.monotonic_ns()} ")
        _note("end")
        yield Delta("[1]", "stop")


def model() -> ChatModel:
    """Return the model for ``CHAT_MODEL=python:bin._bench_log.paced:model``."""
    return PacedModel()


def _note(moment: str) -> None:
    """Store the counters of the process when the first stream begins and when each one ends; the last end counts."""
    from chat.turns.runner import runner

    notes = json.loads(STATS.read_text()) if STATS.exists() else {}
    used = resource.getrusage(resource.RUSAGE_SELF)
    notes[moment] = {
        "at": time.monotonic(),
        "cpu": used.ru_utime + used.ru_stime,
        "commits": runner.commits.commits,
        "megabytes": used.ru_maxrss / 1024,
    }
    STATS.write_text(json.dumps(notes))
