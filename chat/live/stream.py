"""One response that streams one turn. It does not own the turn, so nothing is lost when it closes."""

from __future__ import annotations

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from typing import ClassVar
from uuid import UUID
from weakref import WeakSet

from django.conf import settings

from ..database import in_database
from ..database.outage import UNAVAILABLE
from ..models import LoginSession, RateLimited, Turn
from ..turns import events
from ..turns.owned_tasks import OwnedTasks
from ..turns.runner import runner
from . import frames
from .open_conversations import Asked
from .socket_watch import socket_watch
from .window import STALLED_SECONDS

KEEP_ALIVE_SECONDS = 15.0
"""Longest silence: proxies end a silent response, usually after a minute."""
CLOSE_SECONDS = 2.0
"""How long a client that does not read may delay the end of its response."""


class Stream:
    """Sends the events of a turn, no faster than the server can send them.

    While the server holds a frame back the stream reads nothing from the log: new text waits in the database and is
    sent later as one larger frame, so a slow client costs a bounded amount of memory.
    """

    live: ClassVar[WeakSet[Stream]] = WeakSet()  # weak: if the client is gone at once, the server never calls ``read``

    def __init__(
        self, login: LoginSession, session_key: str | None, live_login: Callable[[], LoginSession | None]
    ) -> None:
        self.login = login
        self.session_key = session_key
        self._live_login = live_login
        self._closing = asyncio.Event()
        self._ended = asyncio.Event()
        self._farewell = ""
        self._response: asyncio.Task[object] | None = None
        self._tasks = OwnedTasks("a stream")

    def take_place(self) -> Stream:
        """Count this as a stream of its user, and return it. Raise ``RateLimited`` if the user has too many."""
        open_streams = sum(stream.login.user_id == self.login.user_id for stream in self.live)
        if open_streams >= settings.CHAT_API_STREAMS_PER_USER:
            raise RateLimited("You are reading too many answers at once. Please wait for one of them to end.")
        self.live.add(self)
        return self

    def leave(self) -> None:
        """No longer count this as a stream of its user."""
        self.live.discard(self)

    async def read(self, turn_uuid: UUID, after: int) -> AsyncGenerator[str]:
        """Yield the frames of a turn after chunk ``after``, up to its terminal event.

        End earlier if the turn is deleted, the sign-in ends, the server restarts or the client does not read for 30
        seconds. Except after a deletion, the client can resume from the last id.
        """
        self._response = asyncio.current_task()
        socket_watch.add(self)
        try:
            async with aclosing(self._frames(turn_uuid, after)) as turn_frames:
                async for frame in turn_frames:
                    stall_timer = asyncio.get_running_loop().call_later(STALLED_SECONDS, self._break_off)
                    yield frame
                    stall_timer.cancel()
        except Turn.DoesNotExist:
            return
        finally:
            socket_watch.remove(self)
            self.leave()
            self._ended.set()

    def lacks(self, turn: Asked) -> bool:
        """Return False: this response is about one turn."""
        return False

    def notice(self, turns: Sequence[Turn]) -> None:
        """Ignore questions asked elsewhere."""

    def shows(self, conversation_id: int) -> bool:
        """Return False: this response is about the answer alone."""
        return False

    def tell(self, frames: Sequence[str]) -> None:
        """Ignore what reviewers do."""

    def check_sign_in(self) -> None:
        """Start a check that ends the response if its sign-in has ended."""
        self._tasks.start(self._check_sign_in())

    async def settle(self, seconds: float) -> None:
        """Wait for the response to end, for at most ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()

    def restart(self) -> None:
        """Send the client the delay before it reconnects, and end the response: the server is stopping."""
        self._farewell = frames.farewell(events.RESTART_MS)
        self._close()

    async def _frames(self, turn_uuid: UUID, after: int) -> AsyncGenerator[str]:
        seq = after
        yield frames.opening(seq)
        async with aclosing(self._events(turn_uuid, after)) as turn_events:
            async for event in turn_events:
                if isinstance(event, events.Token):
                    seq = event.seq
                yield frames.frame(event, seq) if event else frames.KEEP_ALIVE
        if self._farewell:
            yield self._farewell

    async def _events(self, turn_uuid: UUID, after: int) -> AsyncGenerator[events.Event | None]:
        """Yield the events of the turn until the stream closes, and None after ``KEEP_ALIVE_SECONDS`` without one."""
        closing = asyncio.create_task(self._closing.wait())
        async with aclosing(runner.follow(turn_uuid, after)) as log:
            upcoming = asyncio.ensure_future(anext(log, None))
            try:
                while not closing.done():
                    await asyncio.wait({upcoming, closing}, timeout=KEEP_ALIVE_SECONDS, return_when=FIRST_COMPLETED)
                    if upcoming.done():
                        event = upcoming.result()
                        if event is None:
                            return
                        yield event
                        upcoming = asyncio.ensure_future(anext(log, None))
                    elif not closing.done():
                        yield None
            finally:
                upcoming.cancel()
                closing.cancel()
                await asyncio.gather(upcoming, closing, return_exceptions=True)

    async def _check_sign_in(self) -> None:
        with suppress(*UNAVAILABLE):  # the socket watch asks again in seconds
            if await in_database(self._live_login) != self.login:
                self._close()

    def _close(self) -> None:
        self._closing.set()
        asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._break_off)

    def _break_off(self) -> None:
        """Cancel the response of a client that does not read: the server would hold back the rest forever."""
        if self._response and not self._ended.is_set():
            self._response.cancel()
