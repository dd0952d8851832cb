"""A turn that this process drives: it reads the answer into the log until the answer ends or is ended."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextvars import copy_context
from dataclasses import replace
from time import monotonic
from typing import Protocol
from uuid import UUID

from django.conf import settings

from ..answers import budget
from ..answers.parentheses import edited
from ..answers.rag import Answered, Found, Part, Retracted, Used
from ..database import in_database, persist, text_first
from ..errors import TimedOut, TurnFailed
from ..llm import closing
from ..llm.pace import pace
from ..models import RETRACTION, Citation, Claim, Ending, Failure, Phase, Scope, State, Turn
from ..passages import Passage
from ..prompts import Exchange
from ..upstream import on_behalf
from .beginning import Beginning
from .group_commit import BACKLOG, GroupCommit
from .quoting import with_quotations
from .step_times import StepTimes

logger = logging.getLogger(__name__)

SELF_TIMED_PHASES = (Phase.REWRITING, Phase.GRADING)
"""Phases with a time-out of their own, after which the turn continues; the runner limits only the whole turn."""


class Source(Protocol):
    """The source of answers: ``rag.answer``."""

    def __call__(self, question: str, *, history: Sequence[Exchange], scope: Scope) -> AsyncIterator[Part]:
        """Yield phases and text, and at the end an ``Answered``; raise ``TurnFailed`` if there is no answer."""
        ...


class Stopped(Exception):
    """The user has asked to stop."""


class ShutDown(Exception):
    """This process is about to end."""


class Withdrawn(Exception):
    """The user may no longer hear a recording from which the model answers."""


class Lost(Exception):
    """The claim no longer holds, or nothing can be stored."""


class Run:
    """A claimed turn. Its pump is a task that only reads the answer: cancelling it stops the model."""

    def __init__(
        self,
        turn: Turn,
        *,
        commits: GroupCommit,
        answer: Source,
        claimed_at: float,
        beginning: Beginning | None = None,
    ) -> None:
        self.turn = turn
        self._source = answer
        self._beginning = beginning
        self._commits = commits
        self._log = commits.open(
            Claim.of(turn), phase=turn.phase, claimed_at=claimed_at, on_lost=lambda: self.end(Lost())
        )
        self._cause: BaseException | None = None
        self._started_at = self._progress_at = monotonic()
        self._steps = StepTimes(turn.phase, self._started_at)
        self._used: Counter[str] = Counter()
        self._is_reported = False
        self._passages: Sequence[Passage] = ()
        self._searched: int | None = None
        self.answer = ""
        """The answer, once it is complete and stored."""
        self.context = copy_context()
        """The context of the pump, which has the user's own token, if there is one."""
        self._pump = asyncio.create_task(self._read(), context=self.context)

    @property
    def ending(self) -> Ending | None:
        """How the turn has ended, once that is stored."""
        return self._log.ending

    def end(self, cause: BaseException) -> None:
        """Stop reading the answer. The first cause counts."""
        if self._cause is None:
            self._cause = cause
            self._pump.cancel()

    def end_if_overdue(self) -> None:
        """End the turn if its model is silent for too long, or takes too long altogether."""
        now = monotonic()
        if now - self._progress_at > self._patience or now - self._started_at > settings.CHAT_TOTAL_SECONDS:
            self.end(TimedOut("the model was silent for too long, or took too long altogether"))

    async def run_to_end(self) -> None:
        """Wait until the answer ends, however it does, and end the turn with it."""
        await asyncio.wait([self._pump])
        await text_first.over()  # the comparison takes a millisecond
        ending = await with_quotations(self.turn, self._ending(), self._passages)
        await self._commits.finish(self._log, ending)
        if ending.state == State.COMPLETE:
            self.answer = "".join(ending.without_retracted().chunks)

    @property
    def sources(self) -> list[tuple[int, int, UUID]]:
        """The recordings from which the model answers, each with the keys of the turn and of its user."""
        return [(self.turn.pk, self.turn.user_id, name) for name in {each.recording.uuid for each in self._passages}]

    def _given(self) -> list[Citation]:
        """Return what the model got as sources that the answer does not cite, numbered after those that it does."""
        first = 1 + max((citation.number for citation in self._log.citations), default=0)
        return [Citation.given(each.recording, each.segments[0], n) for n, each in enumerate(self._passages, first)]

    @property
    def _patience(self) -> float:
        """The most seconds without progress. Those before the first word or thought count from the call."""
        if self._log.seq or self._log.phase == Phase.THINKING:
            return float(settings.CHAT_IDLE_SECONDS)
        is_self_timed = self._log.phase in SELF_TIMED_PHASES
        return float(settings.CHAT_TOTAL_SECONDS if is_self_timed else settings.CHAT_FIRST_TOKEN_SECONDS)

    def _ending(self) -> Ending:
        return replace(
            self._outcome(),
            usage=dict(self._used) or None,
            steps=self._steps.milliseconds(monotonic()),
            searched=self._searched,
            unreported=self._unreported(),
        )

    def _unreported(self) -> int:
        """Return the estimated tokens of the answer, if the model was called for it and has reported none."""
        if self._is_reported or not self._passages:
            return 0
        history = self._beginning.history if self._beginning else ()
        prompt = budget.of_prompt(self.turn.question, history, self._passages)
        return prompt + budget.tokens("".join(self._log.everything()))

    def _outcome(self) -> Ending:
        cause = self._cause or (ShutDown() if self._pump.cancelled() else self._pump.exception())
        if cause is None:
            return _complete(self._pump.result(), self._log.everything())
        if isinstance(cause, Stopped):
            return self._broken(State.STOPPED, "")
        if isinstance(cause, Withdrawn):
            return self._broken(State.FAILED, Failure.WITHDRAWN)
        if isinstance(cause, Lost):  # stored only if the claim holds after all
            return self._broken(State.FAILED, Failure.INTERNAL_ERROR)
        if isinstance(cause, ShutDown):
            return self._broken(State.INTERRUPTED, Failure.INTERRUPTED)
        return self._broken(State.FAILED, self._failure(cause))

    def _broken(self, state: State, failure: str) -> Ending:
        """Return the end of an answer that breaks off: it keeps its text, and what that is from.

        These are the sources of the markers in it, and for what has no marker yet all that the model got.
        """
        citations = [*self._log.citations, *self._given()]
        return Ending(state=state, failure=failure, chunks=self._log.everything(), citations=citations)

    def _failure(self, cause: BaseException) -> Failure:
        if isinstance(cause, TurnFailed):
            logger.warning("Turn %s failed: %s", self.turn.uuid, cause, exc_info=cause.__cause__)
            return cause.failure
        logger.error("Turn %s failed unexpectedly", self.turn.uuid, exc_info=cause)
        return Failure.INTERNAL_ERROR

    async def _read(self) -> Answered:
        on_behalf.use_token(self.turn.user_id, self.turn.request_id)
        pace.set(self._commits.at_next_read)
        beginning = self._beginning
        if beginning is None:
            beginning = self._beginning = await persist(lambda: in_database(Beginning.of, self.turn))
        self._searched = beginning.searched
        async with closing(self._source(self.turn.question, history=beginning.history, scope=beginning.scope)) as parts:
            async for part in parts:
                self._progress_at = monotonic()
                if type(part) is str:  # first, because almost all parts are text
                    self._commits.add(self._log, part)
                    if self._log.backlog > BACKLOG:
                        await self._commits.room(self._log)
                elif isinstance(part, Answered):
                    self._used.update(part.usage or {})
                    self._is_reported = part.usage is not None
                    return part
                else:
                    self._take(part)
        raise TurnFailed("the answer broke off before its end")

    def _take(self, part: Part) -> None:
        if isinstance(part, Used):
            self._used.update(part.usage or {})
        elif isinstance(part, Phase):
            self._steps.enter(part, self._progress_at)
            self._commits.enter(self._log, part)
        elif isinstance(part, Found):
            self._passages = part.passages
            self._log.find([(passage.recording, passage.segments) for passage in part.passages])
        elif isinstance(part, Citation):
            self._log.cite(part)
        elif isinstance(part, Retracted):
            self._log.retract()
            self._commits.add(self._log, RETRACTION)


def _complete(answered: Answered, chunks: Sequence[str]) -> Ending:
    return Ending(
        state=State.COMPLETE,
        chunks=edited(chunks, answered.edits) if answered.edits else chunks,
        finish_reason=answered.finish_reason,
        citations=answered.citations,
        model_name=answered.model_name,
    )
