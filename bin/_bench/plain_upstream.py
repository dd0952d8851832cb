"""How the pumps read the paced model: aiohttp and msgspec, and nothing else."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import aiohttp
import msgspec


class _Delta(msgspec.Struct):
    content: str = ""


class _Choice(msgspec.Struct):
    delta: _Delta


class _Chunk(msgspec.Struct):
    choices: list[_Choice]


_decode = msgspec.json.Decoder(_Chunk).decode
_sessions: list[aiohttp.ClientSession] = []


async def frames(question: str) -> AsyncIterator[str]:
    """Ask the model, and yield the frames for the reader: one for each token, and the end."""
    if not _sessions:
        _sessions.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    body = {"model": "paced", "stream": True, "messages": [{"role": "user", "content": question}]}
    seq = 0
    async with _sessions[0].post(f"{os.environ['BENCH_URL']}/chat/completions", json=body) as response:
        async for line in response.content:
            if line.startswith(b"data: {"):
                for choice in _decode(line[6:]).choices:
                    if choice.delta.content:
                        seq += 1
                        yield _encode(
                            {"type": "token", "turn": "", "after": seq - 1, "seq": seq, "content": choice.delta.content}
                        )
    yield _encode({"type": "done", "turn": "", "seq": seq, "state": "complete"})


def _encode(frame: dict[str, object]) -> str:
    return msgspec.json.encode(frame).decode()
