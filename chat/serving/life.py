"""How the work of a process begins and ends, whichever server it runs under."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from django.conf import settings

from .. import retrieval
from ..live.consumer import ChatConsumer
from ..live.stream import Stream
from ..llm import chat_model, loaded_model
from ..traces.exporter import exporter
from ..turns.owned_tasks import OwnedTasks
from ..turns.runner import runner

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 0.5
"""How long the last frames may take to leave."""
LEAVE_SECONDS = 2.0
"""How long a slow client may take to close its side; one that is dropped before takes it for an accident."""

SWITCH_SECONDS = 0.001
"""How long a thread may keep the interpreter while the event loop waits for it; by default 5 ms, a token's patience."""

_warming = OwnedTasks("the start of the process")


async def start() -> None:
    """Begin to drive turns, and load meanwhile what the first one needs; harmless when it was done before."""
    if not runner.started:
        sys.setswitchinterval(SWITCH_SECONDS)
        await runner.start()
        exporter.start()
        _warming.start(_warm())


async def drain(stop_listening: Callable[[], object]) -> None:
    """End this process's work: no new claims, running turns finish or are saved, every reader is sent away.

    Sockets and streams stay open until the turns have ended, so their readers see the end. Then ``stop_listening`` is
    called: a socket that came still later would be dropped without a word. Never raises.
    """
    try:
        await runner.drain(settings.SERVE_DRAIN_SECONDS)
    except Exception:
        logger.exception("The turns could not be ended in good order; their leases will lapse")
    stop_listening()
    sockets, streams = list(ChatConsumer.live), list(Stream.live)
    readers: list[ChatConsumer | Stream] = [*sockets, *streams]
    await asyncio.gather(*(reader.settle(CLOSE_SECONDS) for reader in readers), return_exceptions=True)
    restarts = asyncio.gather(*(socket.restart() for socket in sockets), return_exceptions=True)
    with suppress(TimeoutError):  # a server with backpressure waits for a client that takes nothing
        await asyncio.wait_for(restarts, LEAVE_SECONDS)
    for stream in streams:
        stream.restart()
    if readers:
        await asyncio.sleep(CLOSE_SECONDS)
    end = monotonic() + LEAVE_SECONDS
    while not ChatConsumer.present.isdisjoint(sockets) and monotonic() < end:  # noqa: ASYNC110  # nothing here is worth an event
        await asyncio.sleep(0.05)


def model_state() -> str:
    """``ok`` once the chat model is loaded; before that ``warming``, or ``failed``; ``unavailable`` when down."""
    if chat_model.cache_info().currsize:
        return "unavailable" if chat_model().breaker.is_open else "ok"
    return "failed" if _warming.have_ended else "warming"


async def _warm() -> None:
    try:
        await loaded_model()
    except Exception:
        logger.exception("The chat model cannot be loaded; every question will fail until it can")
    try:
        await asyncio.to_thread(retrieval.warm)
    except Exception as error:  # whatever a library raises: it is tried again at the first search
        logger.warning("What searches need cannot be loaded (%s); full text answers alone", type(error).__name__)
    # What the libraries have made stays: no collection of garbage needs to walk through it during a stream.
    gc.collect()
    gc.freeze()
