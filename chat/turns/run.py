"""One turn while this process drives it: its answer runs into its log until it ends, or is ended."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from time import monotonic
from typing import Protocol
from uuid import UUID

from django.conf import settings

from ..answers.rag import Answered, Part, Used
from ..database import in_database, persist
from ..errors import TimedOut, TurnFailed
from ..models import Claim, Ending, Failure, Phase, State, Turn
from ..prompts import Exchange
from ..upstream import on_behalf
from .group_commit import GroupCommit
from .step_times import StepTimes

logger = logging.getLogger(__name__)

TIMED_BY_THEMSELVES = (Phase.REWRITING, Phase.GRADING)
"""Phases with a time-out of their own, after which the turn goes on; the runner watches only the whole of it."""


class Source(Protocol):
    """Where answers come from: ``rag.answer``."""

    def __call__(
        self, question: str, *, history: Sequence[Exchange], recordings: Sequence[UUID]
    ) -> AsyncIterator[Part]:
        """Yield phases and text, and last an ``Answered``; raise a ``TurnFailed``."""
        ...


class Stopped(Exception):
    """A user asked to stop."""


class ShutDown(Exception):
    """This process is about to end."""


class Lost(Exception):
    """The claim does not hold any more, or nothing can be stored."""


class Run:
    """A claimed turn. Its pump is a task that does nothing but read the answer: cancelling it stops the model."""

    def __init__(self, turn: Turn, *, commits: GroupCommit, answer: Source, claimed_at: float) -> None:
        self.turn = turn
        self._answer = answer
        self._commits = commits
        self._log = commits.open(
            Claim.of(turn), phase=turn.phase, claimed_at=claimed_at, on_lost=lambda: self.end(Lost())
        )
        self._cause: BaseException | None = None
        self._started_at = self._progress_at = monotonic()
        self._steps = StepTimes(turn.phase, self._started_at)
        self._used: Counter[str] = Counter()
        self._pump = asyncio.create_task(self._read())

    def end(self, cause: BaseException) -> None:
        """Stop reading the answer; the first cause counts."""
        if self._cause is None:
            self._cause = cause
            self._pump.cancel()

    def end_if_overdue(self) -> None:
        """End a turn whose model is silent for too long, or takes too long altogether."""
        now = monotonic()
        if now - self._progress_at > self._patience or now - self._started_at > settings.CHAT_TOTAL_SECONDS:
            self.end(TimedOut("the model was silent, or took too long"))

    async def see_through(self) -> None:
        """Wait for the answer, however it ends, and end the turn with it."""
        await asyncio.wait([self._pump])
        await self._commits.finish(self._log, self._ending())

    @property
    def _patience(self) -> float:
        """Seconds without progress; the first word is waited for from when the model is asked for the answer."""
        if self._log.seq:
            return float(settings.CHAT_IDLE_SECONDS)
        is_timed = self._log.phase in TIMED_BY_THEMSELVES
        return float(settings.CHAT_TOTAL_SECONDS if is_timed else settings.CHAT_FIRST_TOKEN_SECONDS)

    def _ending(self) -> Ending:
        return replace(self._outcome(), usage=dict(self._used) or None, steps=self._steps.milliseconds(monotonic()))

    def _outcome(self) -> Ending:
        chunks = self._log.everything()
        cause = self._cause or (ShutDown() if self._pump.cancelled() else self._pump.exception())
        if cause is None:
            return _complete(self._pump.result(), chunks)
        if isinstance(cause, Stopped):
            return Ending(state=State.STOPPED, chunks=chunks)
        if isinstance(cause, Lost):  # or so it seemed: stored only if the claim holds after all
            return Ending(state=State.FAILED, failure=Failure.INTERNAL_ERROR, chunks=chunks)
        if isinstance(cause, ShutDown):
            return Ending(state=State.INTERRUPTED, failure=Failure.INTERRUPTED, chunks=chunks)
        return Ending(state=State.FAILED, failure=self._failure(cause), chunks=chunks)

    def _failure(self, cause: BaseException) -> Failure:
        if isinstance(cause, TurnFailed):
            logger.warning("Turn %s failed: %s", self.turn.uuid, cause, exc_info=cause.__cause__)
            return cause.failure
        logger.error("Turn %s failed unexpectedly", self.turn.uuid, exc_info=cause)
        return Failure.INTERNAL_ERROR

    async def _read(self) -> Answered:
        on_behalf.use_token(self.turn.user_id, self.turn.request_id)
        history = await persist(lambda: in_database(_history, self.turn))
        recordings = [UUID(recording["id"]) for recording in self.turn.recordings]
        async for part in self._answer(self.turn.question, history=history, recordings=recordings):
            self._progress_at = monotonic()
            if isinstance(part, Used | Answered):
                self._used.update(part.usage or {})
            if isinstance(part, Answered):
                return part
            if isinstance(part, Phase):
                self._steps.enter(part, self._progress_at)
                self._commits.enter(self._log, part)
            elif isinstance(part, str):
                await self._commits.append(self._log, part)
        raise TurnFailed("the answer ended without saying so")


def _complete(answered: Answered, chunks: Sequence[str]) -> Ending:
    return Ending(
        state=State.COMPLETE,
        chunks=chunks,
        finish_reason=answered.finish_reason,
        citations=answered.citations,
        model_name=answered.model_name,
    )


def _history(turn: Turn) -> list[Exchange]:
    """The exchanges before a turn that ended as their user meant them to, oldest first; broken ones are left out.

    So are those without an answer (stopped before the first word): some models refuse a message that is empty.
    """
    ended = Turn.objects.filter(state__in=[State.COMPLETE, State.STOPPED]).exclude(answer="")
    kept = ended.filter(conversation=turn.conversation_id, pk__lt=turn.pk).order_by("-pk")[
        : settings.CHAT_HISTORY_TURNS
    ]
    return [Exchange(earlier.question, earlier.answer) for earlier in reversed(kept)]
