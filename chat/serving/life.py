"""Starting and ending the work of a process, under any server."""

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
from ..answers import claims
from ..database import in_database
from ..database.outage import UNAVAILABLE, outage
from ..erasing.eraser import eraser
from ..live.consumer import ChatConsumer
from ..live.stream import Stream
from ..models import Prepared
from ..processing.processor import processor
from ..traces.exporter import exporter
from ..turns.owned_tasks import OwnedTasks
from ..turns.runner import runner
from ..upkeep.purger import purger
from ..upkeep.sealer import sealer
from .model_loading import ModelLoading
from .watchdog import watchdog

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 0.5
"""How long the last frames may take to be sent."""
HEADER_LIMIT = 33 * 1024
"""Bytes of one header, of pages and sockets: 32 KiB of cookies, which a proxy that signs users in may set."""
MESSAGE_LIMIT = 1024 * 1024
"""Bytes of one message of a socket. Above the protocol's limit, so that the consumer can send an error."""
BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of the body of a request: a form with files. Scripts and programs send greater files in pieces."""
LEAVE_SECONDS = 2.0
"""How long a slow client may take to close its side. A client that is dropped earlier sees a broken connection."""

SWITCH_SECONDS = 0.001
"""How long a thread may keep the interpreter while the event loop waits for it. Python's 5 ms would delay tokens."""

HOLD_SECONDS = 0.1
"""How soon the work begins after the database has been prepared late."""

FIRST_PAGE_SECONDS = 1.0
"""How long after the start the first page is served, as a rule."""

_warming = OwnedTasks("the start of the process")
_waiting = OwnedTasks("the wait for the database")
_model = ModelLoading()


async def start() -> None:
    """Start to drive turns, and meanwhile load what the first turn needs. Do nothing if this has started already.

    While the database is on hold only load the model; the rest follows by itself.
    """
    if outage.is_held:
        if not _waiting.have_started:
            _waiting.start(_start_when_released())
            _waiting.start(_model.keep_trying())
    elif not runner.started:
        sys.setswitchinterval(SWITCH_SECONDS)
        await runner.start()
        exporter.start()
        purger.start()
        eraser.start()
        sealer.start()
        processor.start()
        _warming.start(_warm())
        _warming.start(_compile())


async def drain(stop_listening: Callable[[], object]) -> None:
    """End this process's work: claim no more turns, finish or save the running ones, and send every reader away.

    Sockets and streams stay open until the turns have ended, so their readers receive the end. Then ``stop_listening``
    is called: the server would drop any later socket without a close code. Never raises.
    """
    _waiting.cancel()
    watchdog.end()
    purger.end()
    eraser.end()
    sealer.end()
    processor.end()
    try:
        if runner.started:
            await runner.drain(settings.SERVE_DRAIN_SECONDS)
        runner.draining = True
    except Exception:
        logger.exception("Could not end the turns gracefully; their leases will lapse")
    stop_listening()
    sockets, streams = list(ChatConsumer.live), list(Stream.live)
    readers: list[ChatConsumer | Stream] = [*sockets, *streams]
    await asyncio.gather(*(reader.settle(CLOSE_SECONDS) for reader in readers), return_exceptions=True)
    restarts = asyncio.gather(*(socket.restart() for socket in sockets), return_exceptions=True)
    with suppress(TimeoutError):  # a server with backpressure waits for clients that do not read
        await asyncio.wait_for(restarts, LEAVE_SECONDS)
    for stream in streams:
        stream.restart()
    if readers:
        await asyncio.sleep(CLOSE_SECONDS)
    end = monotonic() + LEAVE_SECONDS
    while not ChatConsumer.present.isdisjoint(sockets) and monotonic() < end:  # noqa: ASYNC110  # polling is simpler than an event
        await asyncio.sleep(0.05)


def model_state() -> str:
    """Return ``ok``, ``warming``, ``unavailable`` or ``failed``: see ``ModelLoading.state``."""
    return _model.state


async def _start_when_released() -> None:
    while outage.is_held:  # noqa: ASYNC110  # a thread without access to this loop releases it
        await asyncio.sleep(HOLD_SECONDS)
    await start()


async def _compile() -> None:
    """Compile patterns and queries: not before the first page, which would wait for it, but before an answer."""
    await asyncio.sleep(FIRST_PAGE_SECONDS)
    await asyncio.to_thread(claims.warm)
    with suppress(*UNAVAILABLE):  # the first question compiles what it needs
        await in_database(Prepared.compile_all)


async def _warm() -> None:
    if not await _model.attempt():
        _warming.start(_model.keep_trying())
    try:
        await asyncio.to_thread(retrieval.warm)
    except Exception as error:  # a library may raise anything; the first search tries again
        logger.warning("Could not load what searches need (%s); the full text answers alone", type(error).__name__)
    # The libraries' objects stay for good: keep the garbage collector from traversing them during a stream.
    gc.collect()
    gc.freeze()
    watchdog.start()  # not before: loading may keep the interpreter, and with it the loop
