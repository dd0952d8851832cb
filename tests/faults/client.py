"""A browser tab without a browser: it resumes like the page's script, and records everything."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from http.client import HTTPException
from random import Random
from typing import Any, Self
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from .awaited import SIGNED_OUT, Awaited
from .back_off import BackOff
from .history import History
from .outbox import Outbox
from .page import Address, Person, TurnOnPage, Unavailable, load
from .reading import ENDINGS, Reading

CATCH_UP_SECONDS = 10.0
HEARTBEAT = 3.0
SILENCE = 5.9
OPENING = 10.0
PATIENCE = 2.0  # after a follow, before a tab with a gap follows again
QUIET_TURN = 15.0
ACK_SECONDS = 0.25
LOST = 1006


class Tab(Awaited):
    """One tab of one person. ``where`` returns the address for each connection; the tab is open within the block."""

    def __init__(
        self, name: str, person: Person, where: Callable[[], Address], *, history: History, rng: Random
    ) -> None:
        super().__init__(name, history)
        self.person = person
        self.conversation: str | None = None
        self.sockets = 0
        self.lost_at = 0.0
        self.where = where
        self._asks = Outbox()
        self._back_off = BackOff(rng)
        self._awake = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._last_frame_at = 0.0
        self._life: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._life = asyncio.create_task(self._live())
        await self.until(lambda: self.is_open)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.leave()

    # Actions of a person

    async def ask(self, question: str, conversation: str | None = None, **more: object) -> str:
        """Ask, resend until the question is accepted, and return its turn. Raise ``Refused``."""
        request = str(more.pop("request_id", None) or uuid4())
        command = {"type": "ask", "request_id": request, "conversation": conversation, "question": question}
        command |= {"recordings": [], **more}  # type: ignore[dict-item]
        accepted = self._asks.add(request, command)
        await self._send_asks()
        return await accepted

    async def follow(self, turn: str) -> None:
        """Follow a turn from the last chunk that this tab has."""
        reading = self.turns.setdefault(turn, Reading())
        reading.followed_at = time.monotonic()
        await self.send(type="follow", turn=turn, after=reading.seq)

    async def stop(self, turn: str) -> None:
        await self.send(type="stop", turn=turn, seen=self.turns[turn].seq)

    async def reload(self, conversation: str) -> list[TurnOnPage]:
        """Reload the page of a conversation: show the loaded text, then follow from there."""
        await self._end_life()
        self._note("closed", code=1001)
        self.conversation = conversation
        shown = await load(self.where(), self.person, conversation)
        self._asks.clear()
        self.turns.clear()
        for turn in shown:
            self._show(turn)
        self._back_off.reset()
        self._life = asyncio.create_task(self._live())
        return shown

    async def leave(self) -> None:
        """Close the tab, and cancel its pending questions."""
        await self._end_life()
        self._asks.cancel()

    def wake(self) -> None:
        """Reconnect at once, as after the network or the reader has returned."""
        self._awake.set()

    async def send(self, **command: object) -> bool:
        """Send a command; return False if there is no connection."""
        if not (self._socket and self.is_open):
            return False
        self._note("sent", **command)
        try:
            await self._socket.send(json.dumps(command))
        except ConnectionClosed:
            return False
        return True

    # Connecting, as connection.js does

    async def _live(self) -> None:
        while True:
            code = await self._connect_and_read()
            if code == SIGNED_OUT:
                return
            self._awake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._back_off.delay(code)):
                    await self._awake.wait()

    async def _connect_and_read(self) -> int:
        self.sockets += 1
        address = self.where()
        try:
            self._socket = await connect(
                f"ws://127.0.0.1:{address.port}/ws/chat/",
                origin=address.origin,  # type: ignore[arg-type]  # a NewType of str
                additional_headers={"Cookie": self.person.cookie},
                open_timeout=OPENING,
                close_timeout=0.5,
                ping_interval=None,
                compression=None,
                max_size=None,
            )
        except (OSError, InvalidHandshake, TimeoutError, EOFError) as error:
            self._note("refused", error=type(error).__name__)
            return LOST
        beats: asyncio.Task[None] | None = None
        try:
            await self._opened()
            beats = asyncio.create_task(self._beat(self._socket))
            return await self._read(self._socket)
        finally:
            if beats:
                beats.cancel()
            self.is_open = False
            self.lost_at = time.monotonic()
            self._socket.transport.abort()

    async def _opened(self) -> None:
        self.is_open = True
        self.opened_at = self._last_frame_at = time.monotonic()
        self._back_off.restart_within = None
        self._note("opened")
        self._asks.reconnected()
        await self._send_asks()
        live = [turn for turn, reading in self.turns.items() if reading.is_live]
        last = list(self.turns)[-1:]  # a follower of it is notified of questions from other tabs
        for turn in dict.fromkeys([*last, *live]):
            await self.follow(turn)
        await self._notify()

    async def _read(self, socket: ClientConnection) -> int:
        try:
            async for frame in socket:
                self._last_frame_at = time.monotonic()
                self._back_off.reset()
                await self._handle(json.loads(frame))
        except ConnectionClosed:
            pass
        code = LOST if socket.close_code is None else socket.close_code
        self.closes.append(code)
        self._note("closed", code=code)
        self.is_open = False
        await self._notify()
        return code

    async def _beat(self, socket: ClientConnection) -> None:
        """Do the periodic work of a page: acknowledge, resend, catch up, and detect a silent server."""
        beat_at = acked_at = caught_up_at = time.monotonic()
        acked: dict[str, int] = {}
        while True:
            await asyncio.sleep(ACK_SECONDS)
            now = time.monotonic()
            for turn, reading in tuple(self.turns.items()):
                if reading.seq > acked.get(turn, 0) and (reading.is_live or turn in acked):
                    acked[turn] = reading.seq
                    await self.send(type="ack", turn=turn, seq=reading.seq)
            if now - acked_at >= 1:
                acked_at = now
                await self._repeat(now)
            if now - caught_up_at >= CATCH_UP_SECONDS:
                caught_up_at = now
                await self._catch_up()
            if now - beat_at >= HEARTBEAT:
                beat_at = now
                if now - self._last_frame_at >= SILENCE:
                    socket.transport.abort()
                    return
                await self.send(type="ping")

    async def _repeat(self, now: float) -> None:
        await self._send_asks()
        for turn, reading in tuple(self.turns.items()):
            has_gap = reading.has_gap and now - reading.followed_at >= PATIENCE
            is_quiet = now - max(reading.last_event_at, reading.followed_at) >= QUIET_TURN
            if reading.is_live and (has_gap or is_quiet):
                await self.follow(turn)

    async def _catch_up(self) -> None:
        """Fetch turns from other tabs whose ``accepted`` this tab has missed."""
        if self.conversation is None:
            return
        with contextlib.suppress(OSError, HTTPException, Unavailable):
            for turn in await load(self.where(), self.person, self.conversation):
                if turn.uuid not in self.turns:
                    self._show(turn)
                    await self.follow(turn.uuid)

    async def _send_asks(self) -> None:
        await self._asks.send(time.monotonic(), self.send)

    async def _end_life(self) -> None:
        if self._life:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
        self._life = None
        self.is_open = False

    # Reading, as turn.js does

    async def _handle(self, event: dict[str, Any]) -> None:
        if event["type"] == "token":
            event["applied"] = self.turns.setdefault(event["turn"], Reading()).apply(event)
        event.pop("html", None)
        self._note("event", **event)
        turn = event.get("turn")
        if event["type"] == "accepted":
            self._accepted(event)
        elif event["type"] == "restart":
            self._back_off.restart_within = event["retry_after_ms"] / 1000
        elif event["type"] == "error" and not turn:
            self._asks.refused(event)
        elif turn:
            self.turns.setdefault(turn, Reading()).advance(event)
        await self._notify()

    def _show(self, turn: TurnOnPage) -> None:
        self.turns[turn.uuid] = Reading(turn.seq, turn.text, turn.state)
        self._note("page", turn=turn.uuid, seq=turn.seq, state=turn.state, text=turn.text, rendered=turn.rendered)

    def _accepted(self, event: dict[str, Any]) -> None:
        reading = self.turns.setdefault(event["turn"], Reading())
        reading.last_event_at = time.monotonic()
        if reading.is_live and event["state"] not in ENDINGS:
            reading.state = event["state"]
        self._asks.accepted(event)

    def _note(self, what: str, **data: object) -> None:
        self.history.note(self.name, self.person.name, self.sockets, what, data)
