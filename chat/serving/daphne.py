"""Daphne with backpressure and a graceful shutdown. Daphne's own drops every socket and the work it waits for."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, cast
from weakref import WeakKeyDictionary

from autobahn.exception import Disconnected
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from twisted.internet import reactor
from typing_extensions import override

from .arriving_body import DETACH
from .backpressure import Backpressure
from .daphne_connection import Connection
from .daphne_http import Channel, with_limit
from .daphne_socket import DaphneSocket
from .life import LEAVE_SECONDS, MESSAGE_LIMIT, drain, start
from .mailbox import Mailbox
from .pings import interval

logger = logging.getLogger(__name__)

_SOCKET = "chatsite.socket"

PING_SECONDS, CHECK_SECONDS = 3, 2
"""How long a socket may be silent before Daphne pings it, and how often Daphne checks."""
CHECKED_PER_SECOND = 1_000
"""Most connections of which Daphne looks whether their application has ended."""
PONG_SECONDS = 4
"""How long a pong may take. Until then a dead peer counts as one of its user's sockets."""


def _paced(application: Any) -> Any:
    """Return the application, so that a socket is read no faster than the application takes its messages."""

    def paced(scope: dict[str, Any], receive: Any, send: Any) -> Coroutine[Any, Any, None]:
        socket: DaphneSocket | None = scope.pop(_SOCKET, None)

        async def take() -> Any:
            message = await receive()
            if socket:
                socket.taken()
            return message

        return cast(Coroutine[Any, Any, None], application(scope, take, send))

    return paced


def _abort(protocol: Any) -> None:
    """Abort the connection of a socket, or that of a request, which has none any more once that is lost."""
    connection = protocol if isinstance(protocol, DaphneSocket) else protocol.channel
    if connection:
        connection.transport.abortConnection()


class DaphneServer(Server):  # type: ignore[misc]  # Daphne has no types
    """Calls ``on_ready`` once it listens, and drains on SIGTERM or SIGINT; a second signal stops it at once."""

    def __init__(self, application: Any, *, host: str, port: int, on_ready: Callable[[], None]) -> None:
        super().__init__(
            _paced(application),
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
        self._check_at = 0.0
        self._on_ready = on_ready
        self._end: asyncio.Task[None] | None = None

    @override
    def run(self) -> None:
        """Serve until a signal, and return when everything has ended. ``failure`` says why it could not listen."""
        reactor.callWhenRunning(self._begin)
        super().run()

    @override
    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self._port = port
        port.transport = Connection
        self._on_ready()

    @override
    def listen_error(self, failure: Any) -> None:
        self.failure = failure.getErrorMessage()
        self.stop()

    @override
    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Abort unfinished responses; let the application refuse sockets with a status, and pace their clients."""
        scope["asgi"] = {"version": "3.0"}
        if scope["type"] == "websocket":
            scope["headers"] += protocol.odd_headers
            scope["extensions"] = {"websocket.http.response": {}}
            scope[_SOCKET] = protocol
        elif protocol.body:
            scope[DETACH] = protocol.detach
        queue = getattr(protocol, "body", None) or Mailbox()
        send = protocol.send if scope["type"] == "websocket" else partial(self.handle_reply, protocol)
        work = asyncio.ensure_future(self.application(scope, queue.get, send))
        self.connections[protocol]["application_instance"] = work
        if scope["type"] == "http":
            work.add_done_callback(lambda _: self._break_off(protocol))
        return queue

    @override
    def timeout_checker(self) -> None:
        """Ping the sockets that have been silent, and end what takes too long; look less often at very many."""
        self.ping_interval = interval(PING_SECONDS, len(self.connections))
        later: Any = reactor
        later.callLater(max(CHECK_SECONDS, self.ping_interval / 5), self.timeout_checker)
        for protocol in list(self.connections):
            try:
                protocol.check_timeouts()
            except Exception:  # one that fails must not keep the others from being checked, nor fail at each check
                logger.exception("Ended a connection that could not be checked")
                _abort(protocol)

    @override
    def application_checker(self) -> None:
        """Forget applications that have ended; look less often at very many."""
        later: Any = reactor
        if later.seconds() < self._check_at:
            later.callLater(1, self.application_checker)
        else:
            self._check_at = later.seconds() + len(self.connections) / CHECKED_PER_SECOND
            super().application_checker()

    @override
    async def handle_reply(self, protocol: Any, message: Any) -> None:
        """Send the application's message, and return when the client has read most of it.

        Raise ``BrokenPipeError`` if the client has just closed its socket: an ``OSError``, as ASGI specifies.
        """
        if message["type"] == "websocket.send":
            await protocol.room()
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
        """Abort the response of an application that ended before it: its client would wait forever."""
        if self._backpressure.pop(protocol, None):
            _abort(protocol)

    @override
    def kill_all_applications(self) -> Any:
        """Forget connections without an application first: Daphne fails on them, and then ends no other either."""
        unstarted = [protocol for protocol, state in self.connections.items() if "application_instance" not in state]
        for protocol in unstarted:
            del self.connections[protocol]
        return super().kill_all_applications()

    def _begin(self) -> None:
        self.http_factory.protocol = Channel
        build = self.http_factory.buildProtocol
        self.http_factory.buildProtocol = lambda address: with_limit(build(address))
        self.ws_factory.protocol = DaphneSocket
        # A close frame tells the client what was wrong with its frame; Autobahn would drop the connection.
        self.ws_factory.setProtocolOptions(failByDrop=False, closeHandshakeTimeout=LEAVE_SECONDS)
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
        remaining_tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in remaining_tasks:
            task.cancel()
        if remaining_tasks:
            await asyncio.wait(remaining_tasks, timeout=2)
        self.stop()
