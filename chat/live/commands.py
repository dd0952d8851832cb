"""What a client may command over its socket; each handler is named for its command."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from django.db import DatabaseError
from msgspec import UNSET

from ..database import in_database
from ..database.outage import UNAVAILABLE
from ..forwarded import Forwarded
from ..models import LoginSession, NotFound, RateLimited, Refused, Submission, Turn
from ..turns import asking, events
from ..turns.owned_tasks import OwnedTasks
from ..turns.runner import runner
from . import protocol
from .follower import Follower
from .open_conversations import OpenConversations, find

logger = logging.getLogger(__name__)

FOLLOWED_LIMIT = 20
"""Turns that one socket may follow at once."""
NOT_SAVED = "This could not be saved just now. Please try again in a moment."


class Commands:
    """The commands of one socket, and the turns that it follows because of them."""

    def __init__(
        self,
        login: LoginSession,
        is_signed_in: Callable[[], Awaitable[bool]],
        send: Callable[[str], Awaitable[None]],
        tasks: OwnedTasks,
        forwarded: Forwarded | None = None,
    ) -> None:
        self._login = login
        self._is_signed_in = is_signed_in
        self._send = send
        self._tasks = tasks
        self._forwarded = forwarded
        self._open = OpenConversations()
        self._followers: dict[UUID, tuple[Follower, asyncio.Task[None]]] = {}

    async def carry_out(self, command: protocol.Ask | protocol.Follow | protocol.Stop) -> None:
        """Do what is asked, or tell the client why not.

        Raises what is ``UNAVAILABLE`` unless it is a question: that has somebody who waits for it, while the others are
        repeated by the client when it comes back.
        """
        try:
            if not await self._is_signed_in():
                return
            match command:
                case protocol.Ask():
                    await self.ask(command)
                case protocol.Follow():
                    await self.follow(command)
                case protocol.Stop():
                    await self.stop(command)
        except Refused as refused:
            await self._refuse(command, refused.code, refused.message, retryable=refused.retryable)
        except UNAVAILABLE:
            if not isinstance(command, protocol.Ask):
                raise
            await self._refuse(command, events.ErrorCode.INTERNAL_ERROR, NOT_SAVED, retryable=True)
        except DatabaseError:
            logger.exception("A command could not be carried out")
            await self._refuse(command, events.ErrorCode.INTERNAL_ERROR, NOT_SAVED, retryable=True)

    async def ask(self, command: protocol.Ask) -> None:
        """Queue the question, and follow its turn from the start."""
        submission = Submission(
            request_id=command.request_id,
            question=command.question,
            conversation=command.conversation,
            recordings=command.recordings,
            retry_of=command.retry_of,
        )
        await self._show(*await in_database(self._submit, submission))

    async def follow(self, command: protocol.Follow) -> None:
        """Send what the client lacks of a turn, and go on."""
        turn = await self._find(command.turn_uuid)
        if len(self._followers) >= FOLLOWED_LIMIT and turn.uuid not in self._followers:
            raise RateLimited("This page follows too many answers at once.")
        missed = await in_database(self._open.open, turn)
        self._follow(turn, command.after)
        self.notice(missed)

    def ack(self, command: protocol.Ack) -> None:
        """Let more of a turn be sent."""
        if command.turn_uuid in self._followers:
            self._followers[command.turn_uuid][0].acknowledge(command.seq)

    async def stop(self, command: protocol.Stop) -> None:
        """Take a queued turn out of its queue; ask the owner of a streaming one to stop where the client is."""
        turn = await self._find(command.turn_uuid)
        await in_database(asking.stop, turn, command.seen)

    def notice(self, turns: Sequence[Turn]) -> None:
        """Tell the client of those that were asked elsewhere in its conversations."""
        mine = self._open.news(turns)
        if mine:
            self._tasks.start(self._tell(mine))

    async def settle(self, seconds: float) -> None:
        """Wait for the turns that are followed to end, for at most ``seconds``."""
        tasks = [task for _, task in self._followers.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    def _submit(self, submission: Submission) -> tuple[Turn, int | None]:
        self._open.expect(submission.request_id)
        turn = asking.ask(self._login, submission, self._forwarded)
        self._open.open(turn)
        return turn, turn.position()

    async def _find(self, turn_uuid: UUID) -> Turn:
        turn = await in_database(find, self._login.user_id, turn_uuid)
        if turn is None:
            raise NotFound("This answer is not there any more.")
        return turn

    async def _tell(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            await self._show(turn, await in_database(turn.position))

    async def _show(self, turn: Turn, position: int | None) -> None:
        accepted = events.Accepted(
            request_id=turn.request_id,
            conversation=turn.conversation.uuid,
            turn_uuid=turn.uuid,
            state=turn.state,
            position=position,
        )
        await self._send(events.encode(accepted))
        if turn.uuid not in self._followers:  # whoever asks again, for want of an answer, reads on where they are
            self._follow(turn, 0)

    def _follow(self, turn: Turn, after: int) -> None:
        before = self._followers.pop(turn.uuid, None)
        if before:
            before[1].cancel()
        follower = Follower(turn.uuid, runner.follow(turn.uuid, after), self._send)
        task = self._tasks.start(follower.run())
        self._followers[turn.uuid] = (follower, task)
        task.add_done_callback(lambda _: self._unfollow(turn.uuid, follower))

    def _unfollow(self, turn_uuid: UUID, follower: Follower) -> None:
        if turn_uuid in self._followers and self._followers[turn_uuid][0] is follower:
            del self._followers[turn_uuid]

    async def _refuse(self, command: protocol.Command, code: str, message: str, *, retryable: bool) -> None:
        request = command.request_id if isinstance(command, protocol.Ask) else UNSET
        error = events.Error(code=code, message=message, retryable=retryable, request_id=request)
        await self._send(events.encode(error))
