"""The readers of the benchmark, in a process of their own: each has one socket, which asks, reads, and acknowledges.

Prints one JSON object: the delay of every token from the model to the frame (milliseconds), and counts of errors.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from websockets.asyncio.client import ClientConnection, connect

QUESTION = "When does the Heron launch?"
ACK_SECONDS = 0.25
CHECKED = 20
"""Every n-th frame of a turn is compared with the database when it arrives."""


@dataclass
class Reading:
    """What one reader received."""

    turn: str = ""
    text: str = ""
    seq: int = 0
    frames: int = 0
    delays: list[float] = field(default_factory=list)
    unstored: int = 0
    gaps: int = 0
    state: str = ""


async def read(site: str, cookie: str, database: sqlite3.Connection) -> Reading:
    """Ask one question and read its answer to the end."""
    reading = Reading()
    headers = {"Cookie": cookie}
    address = site.replace("http", "ws") + "/ws/chat/"
    async with connect(address, origin=site, additional_headers=headers, compression=None) as socket:  # type: ignore[arg-type]
        request = str(uuid4())
        ask: dict[str, object] = {
            "type": "ask",
            "request_id": request,
            "conversation": None,
            "question": QUESTION,
            "recordings": [],
        }
        await socket.send(json.dumps(ask))
        acks = asyncio.create_task(_acknowledge(socket, reading))
        async for frame in socket:
            _take(json.loads(frame), reading, database)
            if reading.state:
                break
        acks.cancel()
    return reading


async def _acknowledge(socket: ClientConnection, reading: Reading) -> None:
    acknowledged = 0
    while True:
        await asyncio.sleep(ACK_SECONDS)
        if reading.seq > acknowledged:
            acknowledged = reading.seq
            await socket.send(json.dumps({"type": "ack", "turn": reading.turn, "seq": acknowledged}))


def _take(event: dict[str, Any], reading: Reading, database: sqlite3.Connection) -> None:
    now = time.monotonic_ns()
    if event["type"] == "token":
        reading.turn = event["turn"]
        reading.gaps += event["after"] != reading.seq
        reading.seq = event["seq"]
        reading.text += event["content"]
        reading.frames += 1
        reading.delays += [(now - int(stamp)) / 1e6 for stamp in event["content"].split() if stamp.isdigit()]
        if reading.frames % CHECKED == 1:
            reading.unstored += not _is_stored(event, database)
    elif event["type"] in ("done", "error"):
        reading.state = str(event.get("state") or event["code"])


def _is_stored(event: dict[str, Any], database: sqlite3.Connection) -> bool:
    row = database.execute("SELECT seq FROM chat_turn WHERE uuid = ?", [UUID(event["turn"]).hex]).fetchone()
    return bool(row and row[0] >= event["seq"])


async def main(site: str, path: str, tokens: int, cookies: list[str]) -> dict[str, Any]:
    """Let all readers read at once, and return the delays and the counts of errors."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    readings = await asyncio.gather(*(read(site, cookie, database) for cookie in cookies))
    stored = dict(database.execute("SELECT uuid, answer FROM chat_turn").fetchall())
    database.close()
    return {
        "delays": sorted(delay for reading in readings for delay in reading.delays),
        "frames": sum(reading.frames for reading in readings),
        "lost": sum(tokens - len(reading.delays) for reading in readings),
        "differing": sum(stored.get(UUID(reading.turn).hex) != reading.text for reading in readings if reading.turn),
        "gaps": sum(reading.gaps for reading in readings),
        "unstored": sum(reading.unstored for reading in readings),
        "incomplete": sum(reading.state != "complete" for reading in readings),
    }


if __name__ == "__main__":
    json.dump(asyncio.run(main(**json.load(sys.stdin))), sys.stdout)
