"""A scripted chat model endpoint on loopback: it responds well, badly, slowly or not at all.

It writes its HTTP itself, so it can send any byte and break a connection at any place, and it records its requests. It
has the paths of an OpenAI-compatible server (``/v1/chat/completions``) and of a Databricks workspace
(``/serving-endpoints/…``, with the requests that their client sends first). Each call plays one script:

* the one between ``{{`` and ``}}`` in its last message, if there is one (``{{status 503 || say Hi; finish; done}}``:
  the first call with this message plays the first part, later ones the second);
* otherwise the next of the upstream's own; the last of those is repeated.

``upstream_script`` lists the steps of a script.

As a process: ``python -m tests.support.upstream --port 9000 --script 'tokens 20 50; finish; usage; done'``. Then
``GET /calls`` returns the calls, and ``PUT /scripts`` with a JSON list of scripts replaces them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ssl import SSLContext
from time import monotonic
from typing import Any, Self

from typing_extensions import override

from .upstream_script import PROVIDER_TEXT, Broken, Call, Reply, head

GOOD = "tokens 20 200; finish; usage; done"
_MARKED = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class Upstream:
    """The endpoint; ``async with Upstream("tokens 3; cut") as upstream`` serves at ``upstream.url``."""

    def __init__(self, *scripts: str, port: int = 0, tls: SSLContext | None = None) -> None:
        self.scripts = list(scripts) or [GOOD]
        self.tls = tls
        self.calls: list[Call] = []
        self.other_requests: list[Call] = []
        """Requests that are not calls of the model: tokens, discovery."""
        self.called = asyncio.Event()
        self.port = port
        self.connections: set[Connection] = set()
        self.accepted = 0
        self.database_password = ""
        """The token that the workspace issues for its database; empty to refuse it."""
        self._server: asyncio.Server | None = None
        self._played: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self), "127.0.0.1", self.port, backlog=500, ssl=self.tls
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._server
        self._server.close()
        for connection in list(self.connections):
            connection.transport.abort()
        await asyncio.gather(*(c.serving for c in self.connections if c.serving), return_exceptions=True)

    @property
    def url(self) -> str:
        """The address of a workspace; the OpenAI-compatible one is ``{url}/v1``."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def open_calls(self) -> list[Call]:
        """Calls that have not ended."""
        return [call for call in self.calls if call.ended_at is None]

    @property
    def most_at_once(self) -> int:
        return max((call.at_once for call in self.calls), default=0)

    def environ(self, key: str = "canary-key-5512") -> dict[str, str]:
        """Return the settings of a site that calls this upstream."""
        return {"CHAT_MODEL": "openai:fake", "OPENAI_BASE_URL": f"{self.url}/v1", "OPENAI_API_KEY": key}

    def script_for(self, body: Any) -> str:
        """Return the script that a call with this body plays."""
        messages = (body.get("messages") if isinstance(body, dict) else None) or [{}]
        question = str(messages[-1].get("content"))
        if marked := _MARKED.search(question):
            parts = marked[1].split("||")
            self._played[question] += 1
            return parts[min(self._played[question], len(parts)) - 1]
        return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]


@contextmanager
def upstream_in_thread(*scripts: str, port: int = 0) -> Iterator[Upstream]:
    """Run an upstream in a thread, for tests without an event loop."""
    upstream, loop = Upstream(*scripts, port=port), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(upstream.__aenter__(), loop).result()
    try:
        yield upstream
    finally:
        asyncio.run_coroutine_threadsafe(upstream.__aexit__(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Connection(asyncio.Protocol):
    """A connection, which may carry several requests, one after the other."""

    transport: asyncio.Transport

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self.serving: asyncio.Task[None] | None = None
        self._received = bytearray()
        self._arrived = asyncio.Event()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.upstream.connections.add(self)
        self.upstream.accepted += 1
        self.number = self.upstream.accepted
        self.serving = asyncio.get_running_loop().create_task(self._serve())

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        self._arrived.set()

    @override
    def eof_received(self) -> None:
        self._gone()

    @override
    def connection_lost(self, error: Exception | None) -> None:
        self._gone()
        self.upstream.connections.discard(self)

    def _gone(self) -> None:
        if self.serving:
            self.serving.cancel()

    def send(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)

    def close(self) -> None:
        self.transport.close()

    def reset(self) -> None:
        """Close the connection with RST."""
        kernel: socket.socket = self.transport.get_extra_info("socket")
        kernel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    async def _serve(self) -> None:
        while not self.transport.is_closing():
            call = await self._request()
            if call.method == "POST" and call.path.endswith(("/completions", "/invocations")):
                await self._answer(call)
            else:
                self.upstream.other_requests.append(call)
                self._respond_to_other(call)

    async def _request(self) -> Call:
        head = (await self._read_until(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await self._read(int(headers.get("content-length", 0)))
        method, path, _ = first.split(" ")
        is_form = "urlencoded" in headers.get("content-type", "")
        parsed = body.decode() if is_form or not body else json.loads(body)
        return Call(len(self.upstream.calls) + 1, method, path, headers, parsed, monotonic())

    async def _read_until(self, mark: bytes) -> bytes:
        while (end := self._received.find(mark)) < 0:
            await self._more()
        return await self._read(end + len(mark))

    async def _read(self, size: int) -> bytes:
        while len(self._received) < size:
            await self._more()
        data = bytes(self._received[:size])
        del self._received[:size]
        return data

    async def _more(self) -> None:
        self._arrived.clear()
        await self._arrived.wait()

    async def _answer(self, call: Call) -> None:
        upstream = self.upstream
        call.script = upstream.script_for(call.body)
        call.connection = self.number
        call.at_once = len(upstream.open_calls) + 1
        upstream.calls.append(call)
        upstream.called.set()
        try:
            await Reply(self, call).play()
        except asyncio.CancelledError:
            call.closed_at = monotonic()
            self.transport.abort()
            raise
        except Broken:
            pass
        finally:
            call.ended_at = monotonic()
            call.over.set()

    def _respond_to_other(self, call: Call) -> None:
        """Respond to a request that is not a call of the model: sign-in to a workspace, or control of this upstream."""
        url = self.upstream.url
        if call.path == "/scripts":
            self.upstream.scripts = list(call.body)
        answers: dict[str, Any] = {
            "/calls": [each.facts() for each in self.upstream.calls],
            "/scripts": self.upstream.scripts,
            "/v1/models": {"object": "list", "data": [{"id": "fake", "object": "model"}]},
            "/.well-known/databricks-config": {"oidc_endpoint": f"{url}/oidc", "workspace_id": "1"},
            "/oidc/.well-known/oauth-authorization-server": {
                "authorization_endpoint": f"{url}/oidc/v1/authorize",
                "token_endpoint": f"{url}/oidc/v1/token",
            },
            "/oidc/v1/token": {"access_token": "canary-oauth-9921", "token_type": "Bearer", "expires_in": 3600},
        }
        if self.upstream.database_password:
            password = {"token": self.upstream.database_password, "expire_time": "2099-01-01T00:00:00Z"}
            answers |= {f"/api/2.0/{kind}/credentials": password for kind in ("postgres", "database")}
        path = call.path.partition("?")[0]
        self.respond(200 if path in answers else 404, answers.get(path, {"message": PROVIDER_TEXT}), {})

    def respond(self, status: int, body: object, headers: dict[str, str]) -> None:
        """Send a whole response at once."""
        raw = json.dumps(body).encode()
        lines = {"Content-Type": "application/json", "Content-Length": str(len(raw))} | headers
        self.send(head(status, lines) + raw)


async def main() -> None:
    """Serve until the process ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.upstream", description="A scripted chat model.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script", action="append", default=[])
    options = parser.parse_args()
    async with Upstream(*options.script, port=options.port) as upstream:
        print(upstream.url, flush=True)  # noqa: T201  # for the terminal
        await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
