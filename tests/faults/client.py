"""A browser tab without the browser: it resumes as the page's script does, and keeps a record of everything."""

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

from .history import Story
from .page import Address, Person, TurnOnPage, Unavailable, load
from .reading import ENDINGS, Reading

NEWS_SECONDS = 10.0
HEARTBEAT = 3.0
SILENCE = 5.9
OPENING = 10.0
PATIENCE = 2.0  # after a follow, before a gap is asked for again
ASK_AGAIN = 10.0
QUIET_TURN = 15.0
ACK_SECONDS = 0.25
FIRST, GROWTH, LONGEST = 0.5, 1.3, 10.0  # the limits of the back-off
RESTART, SIGNED_OUT, TOO_FAST = 1012, 4401, 4429
LOST = 1006


class Refused(Exception):
    """The site refused a question; the message is the code."""


class Tab:
    """One tab of one person. ``where`` says where to connect each time; the tab is open between enter and exit."""

    def __init__(self, name: str, person: Person, where: Callable[[], Address], *, story: Story, rng: Random) -> None:
        self.name, self.person, self.story = name, person, story
        self.turns: dict[str, Reading] = {}
        self.conversation: str | None = None
        self.sockets = 0
        self.closes: list[int] = []
        self.is_open = False
        self.opened_at = 0.0
        self.lost_at = 0.0
        self.where, self._rng = where, rng
        self._asks: dict[str, tuple[dict[str, Any], asyncio.Future[str], float]] = {}
        self._news = asyncio.Condition()
        self._awake = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._attempt = 0
        self._restart_within: float | None = None
        self._heard_at = 0.0
        self._life: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._life = asyncio.create_task(self._live())
        await self.until(lambda: self.is_open)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.leave()

    # What a person does

    async def ask(self, question: str, conversation: str | None = None, **more: object) -> str:
        """Ask, as often as it takes; returns the turn when it is accepted. Raises ``Refused``."""
        request = str(more.pop("request_id", None) or uuid4())
        command = {"type": "ask", "request_id": request, "conversation": conversation, "question": question}
        command |= {"recordings": [], **more}  # type: ignore[dict-item]
        accepted: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._asks[request] = (command, accepted, 0.0)
        await self._send_asks()
        return await accepted

    async def follow(self, turn: str) -> None:
        """Show a turn from where this tab is."""
        reading = self.turns.setdefault(turn, Reading())
        reading.followed_at = time.monotonic()
        await self.send(type="follow", turn=turn, after=reading.seq)

    async def stop(self, turn: str) -> None:
        """Press Stop."""
        await self.send(type="stop", turn=turn, seen=self.turns[turn].seq)

    async def reload(self, conversation: str) -> list[TurnOnPage]:
        """Load the page of a conversation anew: its text first, then live from there."""
        await self._end_life()
        self._note("closed", code=1001)
        self.conversation = conversation
        shown = await load(self.where(), self.person, conversation)
        self._asks.clear()
        self.turns.clear()
        for turn in shown:
            self._show(turn)
        self._attempt = 0
        self._life = asyncio.create_task(self._live())
        return shown

    async def leave(self) -> None:
        """Close the tab."""
        await self._end_life()
        for _, accepted, _ in self._asks.values():
            accepted.cancel()

    def wake(self) -> None:
        """The network is back, or the page was looked at again: connect at once."""
        self._awake.set()

    async def end_of(self, turn: str, seconds: float = 60.0) -> dict[str, Any]:
        """The terminal event of a turn."""
        await self.until(lambda: self._has_ended(turn), seconds)
        return self.turns[turn].end or {}

    async def until_seq(self, turn: str, seq: int, seconds: float = 60.0) -> None:
        """Wait for a chunk, or the end of the turn."""
        await self.until(lambda: self._has_ended(turn) or (turn in self.turns and self.turns[turn].seq >= seq), seconds)

    async def until_open(self, since: float = 0.0) -> None:
        """Wait for a connection that was made after a moment (monotonic seconds)."""
        await self.until(lambda: self.is_open and self.opened_at > since)

    async def until_shown(self, turn: str) -> None:
        """Wait until this tab knows of a turn."""
        await self.until(lambda: turn in self.turns)

    async def until_news(self, since: int) -> None:
        """Wait for text, or an end, among the records after the first ``since``."""
        news = ("token", "done", "error")
        await self.until(
            lambda: any(r.tab == self.name and r.data.get("type") in news for r in self.story.records[since:])
        )

    async def until_signed_out(self) -> None:
        """Wait until the site has closed the socket because nobody is signed in any more."""
        await self.until(lambda: SIGNED_OUT in self.closes)

    async def until(self, holds: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until something holds that records can change. Raises ``TimeoutError``."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(holds)

    async def send(self, **command: object) -> bool:
        """Send a command; False when there is no connection."""
        if not (self._socket and self.is_open):
            return False
        self._note("sent", **command)
        try:
            await self._socket.send(json.dumps(command))
        except ConnectionClosed:
            return False
        return True

    def _has_ended(self, turn: str) -> bool:
        return turn in self.turns and not self.turns[turn].is_live

    # Connecting, as connection.js does

    async def _live(self) -> None:
        while True:
            code = await self._connect_and_read()
            if code == SIGNED_OUT:
                return
            self._awake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._delay(code)):
                    await self._awake.wait()

    def _delay(self, code: int) -> float:
        attempt, self._attempt = self._attempt, self._attempt + 1
        if code == RESTART:
            return self._rng.random() * (self._restart_within or 5.0)
        if code == TOO_FAST:
            return LONGEST * (0.5 + self._rng.random() / 2)
        return self._rng.random() * min(LONGEST, FIRST * GROWTH ** min(attempt, 12))

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
        self.opened_at = self._heard_at = time.monotonic()
        self._restart_within = None
        self._note("opened")
        self._asks = {request: (command, accepted, 0.0) for request, (command, accepted, _) in self._asks.items()}
        await self._send_asks()
        live = [turn for turn, reading in self.turns.items() if reading.is_live]
        last = [next(reversed(self.turns))] if self.turns else []  # whoever follows it is told of what others ask
        for turn in dict.fromkeys([*last, *live]):
            await self.follow(turn)
        await self._tell()

    async def _read(self, socket: ClientConnection) -> int:
        try:
            async for frame in socket:
                self._heard_at = time.monotonic()
                self._attempt = 0
                await self._take(json.loads(frame))
        except ConnectionClosed:
            pass
        code = LOST if socket.close_code is None else socket.close_code
        self.closes.append(code)
        self._note("closed", code=code)
        self.is_open = False
        await self._tell()
        return code

    async def _beat(self, socket: ClientConnection) -> None:
        """Every second: what a page looks after by itself."""
        beat_at = acked_at = news_at = time.monotonic()
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
            if now - news_at >= NEWS_SECONDS:
                news_at = now
                await self._fetch_news()
            if now - beat_at >= HEARTBEAT:
                beat_at = now
                if now - self._heard_at >= SILENCE:
                    socket.transport.abort()
                    return
                await self.send(type="ping")

    async def _repeat(self, now: float) -> None:
        await self._send_asks()
        for turn, reading in tuple(self.turns.items()):
            lacks = reading.has_gap and now - reading.followed_at >= PATIENCE
            quiet = now - max(reading.heard_at, reading.followed_at) >= QUIET_TURN
            if reading.is_live and (lacks or quiet):
                await self.follow(turn)

    async def _fetch_news(self) -> None:
        """What was asked elsewhere and nobody has told us of."""
        if self.conversation is None:
            return
        with contextlib.suppress(OSError, HTTPException, Unavailable):
            for turn in await load(self.where(), self.person, self.conversation):
                if turn.uuid not in self.turns:
                    self._show(turn)
                    await self.follow(turn.uuid)

    async def _send_asks(self) -> None:
        now = time.monotonic()
        for request, (command, accepted, sent_at) in tuple(self._asks.items()):
            if now - sent_at >= ASK_AGAIN and await self.send(**command):
                self._asks[request] = (command, accepted, now)

    async def _end_life(self) -> None:
        if self._life:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
        self._life = None
        self.is_open = False

    # Reading, as turn.js does

    async def _take(self, event: dict[str, Any]) -> None:
        if event["type"] == "token":
            event["applied"] = self.turns.setdefault(event["turn"], Reading()).apply(event)
        event.pop("html", None)
        self._note("event", **event)
        turn = event.get("turn")
        if event["type"] == "accepted":
            self._accepted(event)
        elif event["type"] == "restart":
            self._restart_within = event["retry_after_ms"] / 1000
        elif event["type"] == "error" and not turn:
            self._refused(event)
        elif turn:
            self.turns.setdefault(turn, Reading()).advance(event)
        await self._tell()

    def _show(self, turn: TurnOnPage) -> None:
        self.turns[turn.uuid] = Reading(turn.seq, turn.text, turn.state)
        self._note("page", turn=turn.uuid, seq=turn.seq, state=turn.state, text=turn.text, rendered=turn.rendered)

    def _accepted(self, event: dict[str, Any]) -> None:
        reading = self.turns.setdefault(event["turn"], Reading())
        reading.heard_at = time.monotonic()
        if reading.is_live and event["state"] not in ENDINGS:
            reading.state = event["state"]
        mine = self._asks.pop(event["request_id"], None)
        if mine and not mine[1].done():
            mine[1].set_result(event["turn"])

    def _refused(self, event: dict[str, Any]) -> None:
        mine = self._asks.pop(event.get("request_id", ""), None)
        if mine and not mine[1].done():
            mine[1].set_exception(Refused(event["code"]))

    def _note(self, what: str, **data: object) -> None:
        self.story.note(self.name, self.person.name, self.sockets, what, data)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()
