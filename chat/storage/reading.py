"""Reading for somebody who listens: piece by piece, each by a request of its own, tried again if it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from functools import partial
from typing import TypeVar

from .stored import Storage, StorageAway, Stored

T = TypeVar("T")

PAUSES = (0.2, 1.0)
"""Seconds before each further attempt. A read changes nothing, so it may always be repeated."""


async def find(storage: Storage, name: str) -> Stored:
    """Return the facts of a file; raise a ``StorageFailed``."""
    return await _patiently(lambda: storage.find(name))


async def pieces(storage: Storage, file: Stored, part: range) -> AsyncGenerator[bytes]:
    """Yield a part of a file. Between two pieces nothing is held: no connection, no open file, one piece of memory.

    A browser reads far ahead and then pauses for minutes, which no server upstream would wait for.
    """
    for each in _split(part, storage.first_piece, storage.piece):
        yield await _patiently(partial(_whole, storage, file, each))


async def _whole(storage: Storage, file: Stored, part: range) -> bytes:
    piece = await storage.read(file, part)
    if len(piece) != len(part):
        raise StorageAway(f"{len(piece)} bytes came instead of {len(part)}")
    return piece


async def _patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    for pause in PAUSES:
        try:
            return await attempt()
        except StorageAway:
            await asyncio.sleep(pause)
    return await attempt()


def _split(part: range, size: int, most: int) -> Iterator[range]:
    """Yield the ranges of the pieces, which grow: the first sound comes soon, and a long part takes few requests."""
    while part:
        yield part[:size]
        part, size = part[size:], min(size * 2, most)
