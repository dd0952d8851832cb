"""A sampler inside a server process: its folder is on PYTHONPATH, so Python imports this module when it starts.

SIGUSR2 begins to count by which packages the event loop's thread is occupied, every few milliseconds of processor time;
the next one writes the counts to ``BENCH_SAMPLES`` + the process id.
"""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from types import FrameType

SECONDS = 0.002
OTHER = "event loop"
STARTS = (
    "/uvicorn/server.py",
    "/uvicorn/main.py",
    "/uvicorn/_compat.py",
    "/daphne/server.py",
    "/chat/serving/daphne.py",
    "/twisted/internet/base.py",
    "/twisted/internet/asyncioreactor.py",
    "/chat/serving/watchdog.py",
)
"""What starts the loop is beneath everything; the watchdog is no part of a token's way."""
LAYERS = {
    "HTTP client": ("/aiohttp/", "/httpx", "/openai/", "plain_upstream"),
    "events of the model": ("/chat/llm/",),
    "markers, draft": ("/chat/answers/",),
    "log, commits, followers": ("/chat/turns/", "/chat/models/", "/chat/database/"),
    "frames, window": ("/chat/live/", "/channels/", "_bench/pump"),
    "WebSocket": ("/chat/serving/", "/uvicorn/", "/websockets/", "/daphne/", "/autobahn/", "/twisted/", "/starlette/"),
    OTHER: (),
}
"""Packages by the part of a token's way that they are; the innermost frame of any of them counts."""
_samples: Counter[str] = Counter()
_is_on = False


def _sample(_: int, frame: FrameType | None) -> None:
    while frame:
        path = frame.f_code.co_filename
        for layer, parts in LAYERS.items():
            if layer != OTHER and any(part in path for part in parts) and not path.endswith(STARTS):
                _samples[layer] += 1
                return
        frame = frame.f_back
    _samples[OTHER] += 1


def _toggle(_: int, __: FrameType | None) -> None:
    global _is_on  # noqa: PLW0603  # one sampler a process
    _is_on = not _is_on
    signal.setitimer(signal.ITIMER_PROF, *((SECONDS, SECONDS) if _is_on else (0.0, 0.0)))
    if not _is_on:
        with open(f"{os.environ['BENCH_SAMPLES']}.{os.getpid()}", "w") as file:  # noqa: PTH123  # no import more
            json.dump(_samples, file)
        _samples.clear()


if "BENCH_SAMPLES" in os.environ:
    signal.signal(signal.SIGPROF, _sample)
    signal.signal(signal.SIGUSR2, _toggle)
