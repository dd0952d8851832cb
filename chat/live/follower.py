"""Sending one turn to one socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from time import monotonic, thread_time
from uuid import UUID

from msgspec import structs

from ..conversations.rendering import render_ended, render_ending
from ..database import in_database, text_first
from ..database.outage import UNAVAILABLE
from ..models import Turn
from ..turns import events
from ..turns.run import Run
from .window import FRAME_ROOM, SendWindow

logger = logging.getLogger(__name__)

Send = Callable[[str], Awaitable[None]]

CHECK_SECONDS = 1.0

RENDERING_SHARE = 1 / 4
"""Share of the processor for rendering turns when many end at once.

Their readers already have the text, so the turns that still stream come first.
"""

_rendering = asyncio.Lock()
_rendered: dict[UUID, asyncio.Task[str]] = {}


class NotReading(Exception):
    """The client acknowledged nothing for 30 seconds while its window was full."""


class Follower:
    """Sends the events of a turn, no faster than the client reads them.

    While the window is full it reads nothing from the log: new text waits in the database and is sent later as one
    larger frame, so a slow client costs a bounded amount of memory.
    """

    def __init__(
        self,
        turn_uuid: UUID,
        log: AsyncIterator[events.Event],
        send: Send,
        window: SendWindow,
        find_run: Callable[[], Run | None] = lambda: None,
    ) -> None:
        self.turn_uuid = turn_uuid
        self._find_run = find_run
        self._run: Run | None = None
        self._log = log
        self._send = send
        self._window = window
        self._room = asyncio.Event()
        self._seq = 0

    def look_for_room(self) -> None:
        """Look again whether more may be sent: the client has acknowledged something."""
        self._room.set()

    async def run(self) -> None:
        """Send everything up to the terminal event, or until the turn is deleted.

        Raise ``NotReading`` if the client stops reading.
        """
        try:
            await self._send_all()
        except Turn.DoesNotExist:
            return

    async def _send_all(self) -> None:
        await self._wait_for_room()
        async for event in self._log:
            if type(event) is events.Token:  # first, because almost all are
                self._seq = event.seq
                await self._send_frame(events.encode(event))
            elif isinstance(event, events.Done | events.Error):
                self._seq = event.seq if isinstance(event.seq, int) else self._seq
                await self._send_frame(await self._end_frame(event))
            else:
                self._run = self._run or self._find_run()
                await self._send_frame(events.encode(event))
            del event  # a stalled reader keeps no text in memory
            if not self._window.has_room():
                await self._wait_for_room()

    async def _end_frame(self, event: events.Done | events.Error) -> str:
        frame = await _terminal_frame(event, self.turn_uuid, self._run)
        return frame if self._window.fits(len(frame.encode())) else events.encode(event)

    async def _send_frame(self, text: str) -> None:
        size = len(text) if text.isascii() else len(text.encode())
        if not self._window.has_room(size):
            await self._wait_for_room(size)
        frame = self._window.add(self.turn_uuid, self._seq, size)
        try:
            await self._send(text)
            self._window.sent(frame)
        finally:
            if not frame.is_sent:
                self._window.remove(frame)

    async def _wait_for_room(self, size: int = FRAME_ROOM) -> None:
        while not self._window.is_open(self.turn_uuid, monotonic(), size):
            if self._window.is_stalled(self.turn_uuid, monotonic()):
                raise NotReading
            self._room.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._room.wait()


async def _terminal_frame(event: events.Done | events.Error, turn_uuid: UUID, run: Run | None) -> str:
    """Return the frame of the event with the rendered turn.

    If the turn cannot be rendered or is too large for a frame, leave it out: the page then fetches it.
    """
    try:
        html = await asyncio.shield(_html_of(turn_uuid, run))
    except UNAVAILABLE:
        return events.encode(event)
    except Turn.DoesNotExist:
        raise
    except Exception:  # the client must receive the end even of a turn that cannot be rendered
        logger.exception("Could not render turn %s", turn_uuid)
        return events.encode(event)
    frame = events.encode(structs.replace(event, html=html))
    return frame if len(frame.encode()) <= events.FRAME_LIMIT else events.encode(event)


def _html_of(turn_uuid: UUID, run: Run | None) -> asyncio.Task[str]:
    """Return the task that renders the turn; all tabs that show the turn share it."""
    if turn_uuid not in _rendered:
        _rendered[turn_uuid] = asyncio.create_task(_render_under_lock(turn_uuid, run))
        _rendered[turn_uuid].add_done_callback(partial(_forget, turn_uuid))
    return _rendered[turn_uuid]


def _forget(turn_uuid: UUID, task: asyncio.Task[str]) -> None:
    del _rendered[turn_uuid]
    if not task.cancelled():
        task.exception()  # mark it as retrieved: every tab that awaited the task may be gone


async def _render_under_lock(turn_uuid: UUID, run: Run | None) -> str:
    await _rendering.acquire()
    pause = 0.0
    try:
        await text_first.over()  # its own reader has all of the text already
        is_quick = run is not None and _is_quick(run)
        html, seconds = _render(turn_uuid, run) if is_quick else await in_database(_render, turn_uuid, run)
        pause = seconds * (1 / RENDERING_SHARE - 1)
        return html
    finally:
        asyncio.get_running_loop().call_later(pause, _rendering.release)


def _is_quick(run: Run) -> bool:
    """Return whether rendering takes a millisecond and no query: a thread would have to wait for this one anyway."""
    return run.ending is not None and run.ending.is_short and not run.turn.recordings


def _render(turn_uuid: UUID, run: Run | None) -> tuple[str, float]:
    """Return the HTML, and the processor time in seconds that it took."""
    began = thread_time()
    ending = run.ending if run else None
    html = render_ending(run.turn, ending) if run and ending else render_ended(turn_uuid)
    return html, thread_time() - began
