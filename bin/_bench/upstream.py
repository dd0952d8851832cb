"""The paced model of the benchmark: an OpenAI-compatible endpoint on loopback, in a process of its own.

``PUT /plan`` with ``{"tokens": 200, "rate": 50}`` sets what it answers from then on. A token is the monotonic clock in
microseconds and a blank; the last one is a marker. A late token does not delay the next one. Run it with
``python -m bin._bench.upstream PORT``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import ClassVar, cast

from typing_extensions import override

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_DONE = b"HTTP/1.1 204 No Content\r\n\r\n"
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
_CHUNK = (
    '{"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1,"model":"paced","system_fingerprint":null,'
    '"choices":[{"index":0,"delta":%s,"logprobs":null,"finish_reason":%s}]}'
)
_USAGE = (
    '{"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1,"model":"paced","choices":[],'
    '"usage":{"prompt_tokens":1000,"completion_tokens":%d,"total_tokens":%d}}'
)


class Connection(asyncio.Protocol):
    """A connection that carries one call after the other."""

    transport: asyncio.Transport
    plan: ClassVar[dict[str, float]] = {"tokens": 200, "rate": 50}

    def __init__(self) -> None:
        self._received = bytearray()
        self._timer: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    @override
    def connection_lost(self, error: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        head, blank, rest = bytes(self._received).partition(b"\r\n\r\n")
        if not blank:
            return
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        size = int(fields.get(b"content-length", b"0"))
        if len(rest) >= size:
            del self._received[: len(head) + 4 + size]
            self._answer(head.split(b" ", 2)[1], rest[:size])

    def _answer(self, path: bytes, body: bytes) -> None:
        if path == b"/plan":
            self.plan.update(json.loads(body))
            self.transport.write(_DONE)
        elif path.endswith(b"/chat/completions"):
            self.transport.write(_HEAD)
            self._send(1, int(self.plan["tokens"]), self.plan["rate"], asyncio.get_running_loop().time())
        else:
            self.transport.write(_NOT_FOUND)

    def _send(self, number: int, tokens: int, rate: float, start: float) -> None:
        loop = asyncio.get_running_loop()
        text = "[1]" if number == tokens > 1 else f"{time.monotonic_ns() // 1000} "
        self._event(_CHUNK % (json.dumps({"content": text}), "null"))
        if number == tokens:
            self._event(_CHUNK % ("{}", '"stop"'))
            self._event(_USAGE % (tokens, 1000 + tokens))
            self._event("[DONE]")
            self.transport.write(b"0\r\n\r\n")
        else:
            self._timer = loop.call_at(start + number / rate, self._send, number + 1, tokens, rate, start)

    def _event(self, data: str) -> None:
        event = f"data: {data}\n\n".encode()
        self.transport.write(b"%x\r\n%b\r\n" % (len(event), event))


async def main(port: int) -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port, backlog=1000)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(int(sys.argv[1])))
