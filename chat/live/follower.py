"""Sending one turn to one socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from time import monotonic
from uuid import UUID

from msgspec import structs

from ..database.outage import UNAVAILABLE
from ..models import Turn
from ..turns import events
from ..turns.run import Run
from .rendered_ends import rendered_ends
from .window import FRAME_ROOM, SendWindow

logger = logging.getLogger(__name__)

Send = Callable[[str], Awaitable[None]]

CHECK_SECONDS = 1.0


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
        html = await asyncio.shield(rendered_ends.html_of(turn_uuid, run))
    except UNAVAILABLE:
        return events.encode(event)
    except Turn.DoesNotExist:
        raise
    except Exception:  # the client must receive the end even of a turn that cannot be rendered
        logger.exception("Could not render turn %s", turn_uuid)
        return events.encode(event)
    frame = events.encode(structs.replace(event, html=html))
    return frame if len(frame.encode()) <= events.FRAME_LIMIT else events.encode(event)
