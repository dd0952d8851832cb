"""The commands of a socket; each handler is named for its command."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from msgspec import UNSET

from ..database import in_database
from ..database.outage import AWAY_SECONDS, UNAVAILABLE, Away
from ..forwarded import Forwarded
from ..models import (
    DailyBudget,
    InvalidRequest,
    LoginSession,
    NotFound,
    RateLimited,
    Refused,
    SignedOut,
    SignIn,
    Submission,
    Submitted,
    Turn,
)
from ..turns import asking, events
from ..turns.owned_tasks import OwnedTasks
from ..turns.runner import runner
from . import protocol
from .follower import Follower
from .in_flight import InFlight, part_of
from .open_conversations import Asked, OpenConversations, find
from .window import SendWindow

logger = logging.getLogger(__name__)

FOLLOWED_LIMIT = 20
"""Most turns that one socket may follow at once."""
ATTEMPTS = 4
"""How often a question is tried before it is refused without having been asked of the database."""
NOT_SAVED = "This could not be saved. Please try again in a moment."


class Commands:
    """The commands of one socket, and its followers of turns."""

    def __init__(
        self,
        login: LoginSession,
        session_key: str | None,
        send: Callable[[str], Awaitable[None]],
        tasks: OwnedTasks,
        forwarded: Forwarded | None = None,
    ) -> None:
        self._login = login
        self._session_key = session_key
        self._send = send
        self._tasks = tasks
        self._forwarded = forwarded
        self._open = OpenConversations()
        self._window = SendWindow(InFlight.of(login.user_id), part_of(settings.CHAT_SOCKETS_PER_USER))
        self._counts_tokens = bool(settings.CHAT_TOKENS_PER_DAY)
        self._followers: dict[UUID, tuple[Follower, asyncio.Task[None]]] = {}

    async def carry_out(self, command: protocol.Ask | protocol.Follow | protocol.Stop) -> None:
        """Carry out a command, or send the client an error.

        Raise ``SignedOut`` for a question whose sign-in may have ended. Raise the errors in ``UNAVAILABLE`` unless the
        command is a question: a user waits for the reply to a question, while the client repeats the other commands
        when it reconnects.
        """
        try:
            match command:
                case protocol.Ask():
                    await self.ask(command)
                case protocol.Follow():
                    await self.follow(command)
                case protocol.Stop():
                    await self.stop(command)
        except SignedOut:
            raise
        except Refused as refused:
            await self._refuse(command, refused.code, refused.message, retryable=refused.retryable)
        except UNAVAILABLE:
            if not isinstance(command, protocol.Ask):
                raise
            await self._refuse(command, events.ErrorCode.INTERNAL_ERROR, NOT_SAVED, retryable=True)
        except DatabaseError:
            logger.exception("Could not carry out a command")
            await self._refuse(command, events.ErrorCode.INTERNAL_ERROR, NOT_SAVED, retryable=True)

    async def ask(self, command: protocol.Ask) -> None:
        """Queue the question, and follow its turn from the start."""
        submission = Submission(
            request_id=command.request_id,
            question=command.question,
            conversation=command.conversation,
            recordings=command.recordings,
            limits=command.limits,
            retry_of=command.retry_of,
            sign_in=SignIn.of(self._login, self._session_key),
        )
        submitted, position = await self._stored(submission)
        await self._announce(submitted.turn, position)
        if submitted.budget:
            self._counts_tokens = bool(submitted.budget.tokens)
            await self._tell(submitted.budget)

    async def follow(self, command: protocol.Follow) -> None:
        """Send the rest of a turn after chunk ``command.after``, and new events as they come."""
        turn, missed = await in_database(self._opened, command.turn_uuid)
        self._follow(turn, command.after)
        self.notice(missed)

    def ack(self, command: protocol.Ack) -> None:
        """Free the acknowledged part of the send window. Raise ``InvalidRequest`` if so much was not sent."""
        if not self._window.acknowledge(command.turn_uuid, command.seq):
            raise InvalidRequest(f"Chunk {command.seq} of this answer was not sent to you yet.")
        for follower, _ in self._followers.values():
            follower.look_for_room()

    async def stop(self, command: protocol.Stop) -> None:
        """Remove a queued turn from its queue; ask the owner of a streaming one to stop at what the client has seen."""
        await in_database(self._stop, command)

    def lacks(self, turn: Asked) -> bool:
        """Return whether a turn was asked elsewhere in an open conversation of the client."""
        return self._open.lacks(turn)

    def notice(self, turns: Sequence[Turn]) -> None:
        """Send the client those turns that were asked elsewhere in its open conversations."""
        unseen_turns = self._open.news(turns)
        if unseen_turns:
            self._tasks.start(self._announce_all(unseen_turns))

    def shows(self, conversation_id: int) -> bool:
        """Return whether the client shows a conversation."""
        return self._open.shows(conversation_id)

    def close(self) -> None:
        """Give back what the socket had in flight."""
        self._window.close()

    async def settle(self, seconds: float) -> None:
        """Wait for the followed turns to end, for at most ``seconds``."""
        tasks = [task for _, task in self._followers.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def _stored(self, submission: Submission) -> tuple[Submitted, int | None]:
        """Store a question; try again if the database was not even asked, because it was away a moment ago."""
        for _ in range(ATTEMPTS - 1):
            with suppress(Away):
                return await in_database(self._submit, submission)
            await asyncio.sleep(AWAY_SECONDS)
        return await in_database(self._submit, submission)

    def _submit(self, submission: Submission) -> tuple[Submitted, int | None]:
        self._open.expect(submission.request_id)
        submitted = asking.ask(self._login, submission, self._forwarded)
        turn = submitted.turn
        if submitted.is_first:
            self._open.begin(turn)
        else:
            self._open.open(turn)
        return submitted, turn.position()

    def _opened(self, turn_uuid: UUID) -> tuple[Turn, list[Turn]]:
        """Return a turn that the client shows from now on, and those that were asked after it meanwhile."""
        turn = self._find(turn_uuid)
        if len(self._followers) >= FOLLOWED_LIMIT and turn.uuid not in self._followers:
            raise RateLimited("This page is following too many answers at once.")
        return turn, self._open.open(turn)

    def _stop(self, command: protocol.Stop) -> None:
        asking.stop(self._find(command.turn_uuid), command.seen)

    def _find(self, turn_uuid: UUID) -> Turn:
        turn = find(self._login.user_id, turn_uuid)
        if turn is None:
            raise NotFound("This answer no longer exists.")
        return turn

    async def _announce_all(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            await self._announce(turn, await in_database(turn.position))

    async def _announce(self, turn: Turn, position: int | None) -> None:
        accepted = events.Accepted(
            request_id=turn.request_id,
            conversation=turn.conversation.uuid,
            turn_uuid=turn.uuid,
            state=turn.state,
            position=position,
        )
        await self._send(events.encode(accepted))
        if turn.uuid not in self._followers:  # a client that repeats its question keeps its place in the turn
            self._follow(turn, 0, is_new=True)

    def _follow(self, turn: Turn, after: int, *, is_new: bool = False) -> None:
        previous = self._followers.pop(turn.uuid, None)
        if previous:
            previous[1].cancel()
        self._window.follow(turn.uuid, after)
        log = runner.follow(turn.uuid, after, is_new=is_new)
        follower = Follower(turn.uuid, log, self._send, self._window, partial(runner.runs.get, turn.uuid))
        task = self._tasks.start(self._run(follower))
        self._followers[turn.uuid] = (follower, task)
        task.add_done_callback(lambda _: self._unfollow(turn.uuid, follower))

    async def _run(self, follower: Follower) -> None:
        """Send a turn to its end, and then what its tokens leave of the budget."""
        await follower.run()
        if self._counts_tokens:
            with suppress(*UNAVAILABLE):  # the next question tells it
                await self._tell(await in_database(DailyBudget.of, self._login.user_id))

    async def _tell(self, budget: DailyBudget) -> None:
        await self._send(events.encode(events.Budget(left=budget.left)))

    def _unfollow(self, turn_uuid: UUID, follower: Follower) -> None:
        if turn_uuid in self._followers and self._followers[turn_uuid][0] is follower:
            del self._followers[turn_uuid]
            self._window.keep(self._followers)

    async def _refuse(self, command: protocol.Command, code: str, message: str, *, retryable: bool) -> None:
        request = command.request_id if isinstance(command, protocol.Ask) else UNSET
        error = events.Error(code=code, message=message, retryable=retryable, request_id=request)
        await self._send(events.encode(error))
