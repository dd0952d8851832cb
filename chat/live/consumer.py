"""One socket: commands in, events out. It owns no turn, so nothing is lost when it closes."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, ClassVar, cast

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from typing_extensions import override

from ..accounts.forwarded_user import is_allowed_by_proxy
from ..accounts.leaving import farewell
from ..accounts.login_sessions import live_login
from ..database import in_database
from ..database.outage import UNAVAILABLE
from ..forwarded import Forwarded
from ..models import InvalidRequest, LoginSession, RateLimited, Refused, SignedOut, Turn
from ..turns import events
from ..turns.owned_tasks import OwnedTasks
from ..turns.runner import runner
from . import protocol
from .allowance import Allowance
from .commands import Commands
from .follower import NotReading
from .open_conversations import Asked
from .protocol import CloseCode
from .socket_watch import socket_watch

logger = logging.getLogger(__name__)

COMMANDS_WAITING = 32
"""Most commands that may wait while another is carried out."""
SIGNALS_PER_MINUTE = 600
"""Most acks and pings per minute; they do not count towards the limit of the other commands."""
MALFORMED_LIMIT = 3
Work = protocol.Ask | protocol.Follow | protocol.Stop
_GONE = (OSError, RuntimeError)
"""Errors on sending to a closed socket: ``OSError`` as ASGI specifies, and ``RuntimeError`` of uvicorn."""


class ChatConsumer(AsyncWebsocketConsumer):
    """The socket of a browser tab.

    ``receive`` only limits and sorts the frames, because it blocks the next frame; a task carries out the commands in
    order.
    """

    channel_layer_alias = "none"  # nudges reach the process once, not every socket
    present: ClassVar[set[ChatConsumer]] = set()
    """All sockets; ``live`` has those that are not closing."""
    live: ClassVar[set[ChatConsumer]] = set()
    sockets: ClassVar[Counter[int]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self._tasks = OwnedTasks("a socket", on_failure=self._closes_after)

    # The socket

    @override
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket to its end, and give its place back however that comes.

        Channels has a task for each socket that waits for its messages, beside the one that this is.
        """
        self.scope, self.base_send = scope, send
        del scope  # for ``_begin``
        try:
            with suppress(StopConsumer):
                while True:
                    await self.dispatch(await receive())
        except Exception:
            await self._fail()
        finally:
            self._leave()

    @override
    async def connect(self) -> None:
        """Accept every socket, even to refuse it: a browser can read nothing of a refusal but the close code."""
        self.present.add(self)
        await self.accept()
        self.session_key = self.scope["cookies"].get(settings.SESSION_COOKIE_NAME)
        try:
            login = await in_database(live_login, self.session_key)
        except UNAVAILABLE:
            await self.restart()
            return
        if login is None or not is_allowed_by_proxy(self.scope, login.user):
            await self.close(int(CloseCode.SIGNED_OUT))
        elif runner.draining:
            await self.restart()
        elif self.sockets[login.user_id] >= settings.CHAT_SOCKETS_PER_USER:
            await self._refuse(RateLimited("This site is open in too many tabs. Please close one of them."))
            await self.close(int(CloseCode.TOO_FAST))
        else:
            self._begin(login)

    @override
    async def dispatch(self, message: Any) -> None:
        """Call the handler of a message directly.

        Channels first closes old database connections in a thread; ours live in threads of their own.
        """
        handler: Callable[[Any], Awaitable[None]] = getattr(self, get_handler_name(message))
        await handler(message)

    @override
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self not in self.live:
            return  # the socket is closing: ignore frames that were in flight
        if text_data is None:
            await self._end(CloseCode.BINARY)
        elif len(text_data) > events.FRAME_LIMIT or len(text_data.encode("utf-8", "replace")) > events.FRAME_LIMIT:
            await self._refuse(InvalidRequest("This message is too long. Please shorten it."))
            await self._end(CloseCode.TOO_BIG)
        else:
            await self._sort(text_data)

    @override
    async def disconnect(self, code: int) -> None:
        """Forget the socket. Its turns continue."""
        self._leave()

    async def settle(self, seconds: float) -> None:
        """Wait for the turns that this socket follows to end, for at most ``seconds``."""
        await self._commands.settle(seconds)

    async def restart(self) -> None:
        """Send the client the delay before it reconnects, and close: the server is stopping or unavailable."""
        await self._send(events.encode(events.Restart(retry_after_ms=events.RESTART_MS)))
        await self._end(CloseCode.RESTART)

    def lacks(self, turn: Asked) -> bool:
        """Return whether a turn was asked elsewhere in an open conversation of the client."""
        return self._commands.lacks(turn)

    def notice(self, turns: Sequence[Turn]) -> None:
        """Send the client those turns that were asked elsewhere in its open conversations."""
        self._commands.notice(turns)

    def shows(self, conversation_id: int) -> bool:
        """Return whether the client shows a conversation."""
        return self._commands.shows(conversation_id)

    def tell(self, frames: Sequence[str]) -> None:
        """Send the client what reviewers have done with turns that it shows."""
        self._tasks.start(self._send_all(frames))

    def check_sign_in(self) -> None:
        """Start a check that closes the socket if its sign-in has ended."""
        self._tasks.start(self._check_sign_in())

    # Internals

    def _begin(self, login: LoginSession) -> None:
        self.login = login
        self._malformed = 0
        self._work: list[Work] = []
        self._commands_left = Allowance(settings.CHAT_COMMANDS_PER_MINUTE, 60, monotonic())
        self._signals_left = Allowance(SIGNALS_PER_MINUTE, 60, monotonic())
        forwarded = cast("Forwarded | None", self.scope.get("forwarded"))
        self.scope = cast(Any, {"type": "websocket"})  # the headers, unused now, would stay as long as the socket
        self._commands = Commands(login, self.session_key, self._send, self._tasks, forwarded)
        self.live.add(self)
        self.sockets[login.user_id] += 1
        socket_watch.add(self)

    async def _sort(self, text: str) -> None:
        try:
            await self._take(protocol.decode(text))
        except InvalidRequest as refused:
            self._malformed += 1
            await self._refuse(refused)
            if self._malformed >= MALFORMED_LIMIT:
                await self._end(CloseCode.MALFORMED)

    async def _take(self, command: protocol.Command) -> None:
        is_signal = isinstance(command, protocol.Ack | protocol.Ping)
        allowance = self._signals_left if is_signal else self._commands_left
        if not allowance.use(monotonic()) or len(self._work) > COMMANDS_WAITING:
            await self._refuse(RateLimited("This tab sent too much at once. It will continue in a moment."))
            await self._end(CloseCode.TOO_FAST)
            return
        match command:
            case protocol.Ping():
                await self._send(events.encode(events.Pong()))
            case protocol.Ack():
                self._commands.ack(command)
            case protocol.Ask() | protocol.Follow() | protocol.Stop():
                self._work.append(command)
                if len(self._work) == 1:
                    self._tasks.start(self._run_commands())

    async def _run_commands(self) -> None:
        """Carry out the commands that wait, in order; the first of them is the one at work."""
        try:
            while self._work:
                await self._carry_out(self._work[0])
                del self._work[0]
        except UNAVAILABLE:
            await self.restart()
        except Exception:
            await self._fail()

    async def _carry_out(self, command: Work) -> None:
        try:
            await self._commands.carry_out(command)
        except SignedOut:
            if await self._is_signed_in():  # with a password whose hash was renewed
                await self._commands.carry_out(command)

    async def _check_sign_in(self) -> None:
        with suppress(*UNAVAILABLE):  # the socket watch asks again in seconds
            await self._is_signed_in()

    async def _is_signed_in(self) -> bool:
        """Return whether the sign-in is still valid; close the socket if not."""
        login = await in_database(live_login, self.session_key)
        if login and login == self.login:
            self.login.user = login.user
            return True
        if why := await in_database(farewell, self.login.user_id):
            error = events.Error(code=events.ErrorCode.SIGNED_OUT, message=why, retryable=False)
            await self._send(events.encode(error))
        await self._end(CloseCode.SIGNED_OUT)
        return False

    async def _refuse(self, refused: Refused) -> None:
        error = events.Error(code=refused.code, message=refused.message, retryable=refused.retryable)
        await self._send(events.encode(error))

    async def _send(self, frame: str) -> None:
        """Send a frame. Ignore a closed socket: ``disconnect`` follows and cleans up."""
        event: Any = {"type": "websocket.send", "text": frame}
        try:  # ``suppress`` would take as long as the rest
            await self.base_send(event)
        except _GONE:
            return

    async def _send_all(self, frames: Sequence[str]) -> None:
        for frame in frames:
            await self._send(frame)

    async def _end(self, code: CloseCode) -> None:
        self._forget()
        with suppress(*_GONE):
            await self.close(int(code))

    async def _fail(self) -> None:
        """Log the current exception, and close: a client that got no answer would wait forever."""
        logger.exception("A socket failed")
        await self._end(CloseCode.FAILED)

    def _leave(self) -> None:
        self.present.discard(self)
        self._forget()

    def _forget(self) -> None:
        if self in self.live:
            self.live.discard(self)
            self._commands.close()
            socket_watch.remove(self)
            self.sockets[self.login.user_id] -= 1
            if not self.sockets[self.login.user_id]:
                del self.sockets[self.login.user_id]
        self._tasks.cancel()

    def _closes_after(self, error: BaseException) -> bool:
        """Close the socket and return True if its client does not read, which is no fault of ours."""
        if isinstance(error, NotReading):
            self._tasks.start(self._end(CloseCode.NOT_READING))
        return isinstance(error, NotReading)
