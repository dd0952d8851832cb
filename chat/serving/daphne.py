"""Daphne, with an end in good order: by itself it drops every socket and what they wait for. And with backpressure."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from autobahn.exception import Disconnected
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from twisted.internet import reactor

from .backpressure import Backpressure
from .life import LEAVE_SECONDS, drain, start

MESSAGE_LIMIT = 1024 * 1024
"""Bytes. Above the limit of the wire, so that the consumer can say what is wrong before the server just hangs up."""


PING_SECONDS = 3
"""How long a socket may be silent before it is pinged; Daphne looks every 2 seconds."""
PONG_SECONDS = 4
"""How long the answer may take. Until it is let go, a dead peer holds one of its user's sockets."""


class DaphneServer(Server):  # type: ignore[misc]  # Daphne has no types
    """Listens, calls ``on_ready`` when it does, and drains on SIGTERM or SIGINT; a second signal ends it at once."""

    def __init__(self, application: Any, *, host: str, port: int, on_ready: Callable[[], None]) -> None:
        super().__init__(
            application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            signal_handlers=False,
            websocket_max_message_size=MESSAGE_LIMIT,
            websocket_max_frame_size=MESSAGE_LIMIT,
            ping_interval=PING_SECONDS,
            ping_timeout=PONG_SECONDS,
            verbosity=0,
        )
        self.connections: dict[Any, dict[str, Any]] = {}
        self._backpressure: WeakKeyDictionary[Any, Backpressure] = WeakKeyDictionary()
        self.failure = ""
        self._on_ready = on_ready
        self._end: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Serve until a signal; returns when everything has ended. ``failure`` says why it could not listen."""
        reactor.callWhenRunning(self._begin)
        super().run()

    def listen_success(self, port: Any) -> None:
        """The port is ours."""
        super().listen_success(port)
        self._port = port
        self._on_ready()

    def listen_error(self, failure: Any) -> None:
        """The port is not to be had."""
        self.failure = failure.getErrorMessage()
        self.stop()

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """A connection has come. Autobahn lets applications close with 1000 and 3000 to 4999 only; ours says more."""
        if scope["type"] == "websocket":
            protocol.serverClose = lambda code=None: protocol.sendCloseFrame(code=int(code or 1000))
            protocol.closeHandshakeTimeout = LEAVE_SECONDS
        queue = super().create_application(protocol, scope)
        if scope["type"] == "http":
            self.connections[protocol]["application_instance"].add_done_callback(lambda _: self._break_off(protocol))
        return queue

    async def handle_reply(self, protocol: Any, message: Any) -> None:
        """The application has something to send. More is taken from it when the client has read most of that.

        Raises ``BrokenPipeError`` when the client has just closed its socket: an ``OSError``, as ASGI has it.
        """
        backpressure = self._backpressure.get(protocol)
        if message["type"] == "http.response.body" and not message.get("more_body") and backpressure:
            del self._backpressure[protocol]
            backpressure.remove()
        try:
            await super().handle_reply(protocol, message)
        except Disconnected as error:
            raise BrokenPipeError from error
        if message["type"] == "http.response.body" and message.get("more_body"):
            if backpressure is None:
                backpressure = self._backpressure[protocol] = Backpressure(protocol)
            await backpressure.wait()

    def _break_off(self, protocol: Any) -> None:
        """An application has ended. If its response has not, it never will, and its client would wait for ever."""
        if self._backpressure.pop(protocol, None) and protocol.channel:
            protocol.channel.transport.abortConnection()

    def kill_all_applications(self) -> Any:
        """Daphne's own fails on a socket without an application, and then ends none of the others."""
        without = [name for name, each in self.connections.items() if "application_instance" not in each]
        for name in without:
            del self.connections[name]
        return super().kill_all_applications()

    def _begin(self) -> None:
        self._start = asyncio.ensure_future(start())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_event_loop().add_signal_handler(number, self._on_signal)

    def _on_signal(self) -> None:
        if self._end is None:
            self._end = asyncio.ensure_future(self._drain_and_stop())
        else:
            self.stop()

    async def _drain_and_stop(self) -> None:
        await drain(self._port.stopListening)
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        if rest:
            await asyncio.wait(rest, timeout=2)
        self.stop()
