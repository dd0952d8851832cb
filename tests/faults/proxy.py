"""A TCP proxy on loopback with the faults of networks: it can delay, split, drop and reset connections."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Callable
from typing import Self

PIECE = 64 * 1024
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: closing sends RST


class FaultProxy:
    """Passes bytes between clients of ``port`` and ``target`` (a port of 127.0.0.1).

    ``delay`` (seconds) delays every piece, ``slice_bytes`` splits the bytes into pieces of that size (0: as received),
    and while ``is_black`` is set nothing passes in either direction, but connections stay open.
    """

    def __init__(self, target: int | Callable[[], int]) -> None:
        self._target = target if callable(target) else lambda: target
        self.delay = 0.0
        self.slice_bytes = 0
        self.refuses = False
        self.port = 0
        self._passing = asyncio.Event()
        self._passing.set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._near: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._server:
            self._server.close()
        self.reset()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return len(self._writers) // 2

    @property
    def is_black(self) -> bool:
        return not self._passing.is_set()

    def black_out(self) -> None:
        """Let nothing pass, without closing connections."""
        self._passing.clear()

    def heal(self) -> None:
        """Let everything pass again, including the bytes that waited."""
        self.refuses = False
        self.delay, self.slice_bytes = 0.0, 0
        self._passing.set()

    def reset(self) -> None:
        """Close every connection with RST."""
        for writer in tuple(self._writers):
            sock = writer.get_extra_info("socket")
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.setsockopt(1, 13, _RESET)  # SOL_SOCKET, SO_LINGER
            writer.transport.abort()

    def abandon(self) -> set[int]:
        """Leave the present connections half-open for ever; new ones work. Return the ports to the target."""
        for task in tuple(self._tasks):
            task.cancel()
        far = self._writers - self._near
        return {writer.get_extra_info("sockname")[1] for writer in far}

    def half_close(self) -> None:
        """Close the streams from the target to the clients; the other direction stays open."""
        for writer in self._near & self._writers:
            if writer.can_write_eof():
                writer.write_eof()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            writer.transport.abort()
            return
        await self._passing.wait()
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target())
        except (OSError, asyncio.CancelledError):  # the target is down, or the proxy is closing
            writer.transport.abort()
            return
        self._near.add(writer)
        self._writers |= {writer, far_writer}
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._carry(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while piece := await source.read(self.slice_bytes or PIECE):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._passing.wait()
                sink.write(piece)
                await sink.drain()
        except asyncio.CancelledError:
            return  # half-open: neither side is closed
        except (OSError, RuntimeError):
            pass
        self._writers.discard(sink)
        self._near.discard(sink)
        sink.close()
