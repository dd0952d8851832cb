"""One response that reads one turn. It owns no turn, and nothing that matters ends with it."""

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
from .socket_watch import socket_watch
from .window import STALLED_SECONDS

KEEP_ALIVE_SECONDS = 15.0
"""The longest silence: proxies give up on a response that says nothing, usually after a minute."""
CLOSE_SECONDS = 2.0
"""How long a client that does not read may hold up the end of its response."""


class Stream:
    """Sends the events of a turn, no faster than the server gets rid of them.

    While the server holds a frame back nothing is read from the log, so what comes meanwhile waits in the database and
    goes out as one larger frame: a slow client costs a bounded amount of memory.
    """

    live: ClassVar[WeakSet[Stream]] = WeakSet()  # a client may vanish before anybody reads its response

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
        """Count among the streams of its user. Raises ``RateLimited`` when there are too many."""
        others = sum(stream.login.user_id == self.login.user_id for stream in self.live)
        if others >= settings.CHAT_SOCKETS_PER_USER:
            raise RateLimited("Too many answers are read at once. Please wait for one of them to end.")
        self.live.add(self)
        return self

    def leave(self) -> None:
        """Count no more."""
        self.live.discard(self)

    async def read(self, turn_uuid: UUID, after: int) -> AsyncGenerator[str]:
        """The frames of a turn after chunk ``after``, up to its terminal event.

        They end before that when the turn is deleted, the sign-in ends, the server restarts or the client does not read
        for 30 seconds; all but the first can be followed by going on from the last id.
        """
        self._response = asyncio.current_task()
        socket_watch.add(self)
        try:
            async with aclosing(self._frames(turn_uuid, after)) as found:
                async for frame in found:
                    patience = asyncio.get_running_loop().call_later(STALLED_SECONDS, self._break_off)
                    yield frame
                    patience.cancel()
        except Turn.DoesNotExist:
            return
        finally:
            socket_watch.remove(self)
            self.leave()
            self._ended.set()

    def notice(self, turns: Sequence[Turn]) -> None:
        """What is asked elsewhere does not concern one answer."""

    def check_sign_in(self) -> None:
        """End unless the sign-in is still good."""
        self._tasks.start(self._check_sign_in())

    async def settle(self, seconds: float) -> None:
        """Let the turn be read to its end, for at most ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()

    def restart(self) -> None:
        """The server is about to end: tell the client when to come back, and end the response."""
        self._farewell = frames.farewell(events.RESTART_MS)
        self._close()

    async def _frames(self, turn_uuid: UUID, after: int) -> AsyncGenerator[str]:
        seq = after
        yield frames.opening(seq)
        async with aclosing(self._events(turn_uuid, after)) as found:
            async for event in found:
                if isinstance(event, events.Token):
                    seq = event.seq
                yield frames.frame(event, seq) if event else frames.KEEP_ALIVE
        if self._farewell:
            yield self._farewell

    async def _events(self, turn_uuid: UUID, after: int) -> AsyncGenerator[events.Event | None]:
        """The events of the turn until this is closed; None when there was nothing for a while."""
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
        with suppress(*UNAVAILABLE):  # the next look comes soon
            if await in_database(self._live_login) != self.login:
                self._close()

    def _close(self) -> None:
        self._closing.set()
        asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._break_off)

    def _break_off(self) -> None:
        """The client does not take what it was sent, so the server waits with the rest: cut it short."""
        if self._response and not self._ended.is_set():
            self._response.cancel()
