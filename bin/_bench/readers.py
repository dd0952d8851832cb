"""The readers of the benchmark, in a process of their own: each has one socket, asks, reads and acknowledges.

It reads a task, one line of JSON, from standard input, prints ``ready`` when all sockets are open, and waits for
another line before it asks. In the end it prints one JSON object: the delay of every token from the model to the frame
and the time from each question to its first token (both in milliseconds), and counts of errors. With ``viewer``, a
second socket of the same user, to another process, follows the answer, and its frames are the ones that count.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec

QUESTION = "When does the Heron launch?"
ACK_SECONDS = 1.0  # as the pages


@dataclass(frozen=True)
class Task:
    """What the readers do: a cookie each, first questions within ``spread`` seconds, ``answers`` questions each.

    Each question begins a conversation, or with ``follow_ups`` only the first of each user does.
    """

    site: str
    cookies: list[str]
    tokens: int
    answers: int
    spread: float
    viewer: str = ""
    follow_ups: bool = False


@dataclass
class Result:
    """What all readers received."""

    delays: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    frames: int = 0
    lost: int = 0
    gaps: int = 0
    incomplete: int = 0


class Socket:
    """A socket that is read all the time, so that it answers pings while nobody waits for its frames."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._frames: asyncio.Queue[tuple[int, str] | None] = asyncio.Queue()
        self._reading = asyncio.create_task(self._read())

    async def receive(self) -> tuple[int, Any]:
        """Return the next event, and when it came, in microseconds."""
        frame = await self._frames.get()
        if frame is None:
            raise ConnectionError(f"The site closed a socket: {self._socket.close_code}")
        return frame[0], msgspec.json.decode(frame[1])

    async def send(self, **command: object) -> None:
        """Send a command."""
        await self._socket.send_str(json.dumps(command))

    async def _read(self) -> None:
        async for message in self._socket:
            self._frames.put_nowait((time.monotonic_ns() // 1000, message.data))
        self._frames.put_nowait(None)


class Reader:
    """One user."""

    def __init__(self, session: aiohttp.ClientSession, task: Task, cookie: str, result: Result) -> None:
        self.session, self.task, self.cookie, self.result = session, task, cookie, result
        self.seen: dict[str, int] = {}
        self.conversation: str | None = None

    async def connect(self) -> None:
        """Open the sockets."""
        self.asking = await self._connect(self.task.site)
        self.viewing = await self._connect(self.task.viewer) if self.task.viewer else None

    async def run(self, wait: float) -> None:
        """Wait, and ask one question after the other."""
        acks = asyncio.create_task(self._acknowledge(self.viewing or self.asking))
        await asyncio.sleep(wait)
        for _ in range(self.task.answers):
            await self._answer()
        acks.cancel()

    async def _connect(self, site: str) -> Socket:
        headers = {"Cookie": self.cookie, "Origin": site}
        return Socket(await self.session.ws_connect(f"{site}/ws/chat/", headers=headers, max_msg_size=0))

    async def _answer(self) -> None:
        asked = time.monotonic()
        question: dict[str, object] = {
            "request_id": str(uuid4()),
            "conversation": self.conversation,
            "question": QUESTION,
            "recordings": [],
        }
        await self.asking.send(type="ask", **question)
        if self.viewing is None:
            await self._read(self.asking, asked, counted=True)
            return
        await self.viewing.send(type="follow", turn=await self._accepted(self.asking), after=0)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read(self.asking, asked, counted=False))
            group.create_task(self._read(self.viewing, asked, counted=True))

    async def _accepted(self, socket: Socket) -> str:
        while True:
            _, event = await socket.receive()
            if event["type"] == "accepted":
                return str(event["turn"])

    async def _read(self, socket: Socket, asked: float, *, counted: bool) -> None:
        seq = stamps = 0
        while True:
            now, event = await socket.receive()
            if event["type"] == "token":
                sent = [int(word) for word in event["content"].split() if word.isdigit()]
                if counted:
                    if not seq:
                        self.result.first.append(now / 1000 - asked * 1000)
                    self.result.gaps += event["after"] != seq
                    self.result.frames += 1
                    self.result.delays += [(now - stamp) / 1000 for stamp in sent]
                stamps += len(sent)
                seq = event["seq"]
                if counted:  # the other socket may be ahead of what this one was sent
                    self.seen[event["turn"]] = seq
            elif event["type"] == "accepted" and self.task.follow_ups:
                self.conversation = event["conversation"]
            elif event["type"] in ("done", "error"):
                if counted:
                    self.result.lost += max(1, self.task.tokens - 1) - stamps
                    self.result.incomplete += event.get("state") != "complete"
                    self.seen.pop(event.get("turn", ""), None)
                await socket.send(type="ack", turn=event["turn"], seq=seq)
                return

    async def _acknowledge(self, socket: Socket) -> None:
        sent: dict[str, int] = {}
        while True:
            await asyncio.sleep(ACK_SECONDS)
            for turn, seq in list(self.seen.items()):
                if turn and sent.get(turn) != seq:
                    sent[turn] = seq
                    with suppress(ConnectionError):
                        await socket.send(type="ack", turn=turn, seq=seq)


async def main(task: Task) -> Result:
    """Let all readers read at once. Print ``ready`` before, and wait for a line."""
    result = Result()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        readers = [Reader(session, task, cookie, result) for cookie in task.cookies]
        for reader in readers:
            await reader.connect()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        pauses = (task.spread * place / len(readers) for place in range(len(readers)))
        await asyncio.gather(*(reader.run(pause) for reader, pause in zip(readers, pauses, strict=True)))
    result.delays.sort()
    result.first.sort()
    return result


if __name__ == "__main__":
    import uvloop

    json.dump(vars(uvloop.run(main(Task(**json.loads(sys.stdin.readline()))))), sys.stdout)
