"""The only way to read an answer: a cursor over its log, from a seq to the end of the turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from uuid import UUID

from django.db.models import BigIntegerField, IntegerField, UUIDField

from ..database import in_database
from ..database.outage import UNAVAILABLE
from ..models import LASTING, TERMINAL, Chunk, Citation, Failure, Prepared, State, Turn
from . import events
from .answer_log import AnswerLog
from .group_commit import GroupCommit
from .nudges import Nudges, queue_topic, turn_topic

POLL_SECONDS = 1.0
CLAIM_SECONDS = 0.1
"""How long a reader of a question that was just asked waits for its claim before it looks into the database."""
READ_LIMIT = 15_000
"""The most characters to read from the database at once: they stay in memory until a slow reader takes them."""


@dataclass(frozen=True)
class View:
    """A turn at one moment, with chunks after a cursor's seq; ``more`` if others are left to read.

    ``queue`` is the id of the login session in whose queue the turn waits.
    """

    state: str
    phase: str = ""
    position: int | None = None
    seq: int = 0
    chunks: Sequence[str] = ()
    citations: Sequence[Citation] = field(default=())
    failure: str = ""
    queue: int | None = None
    more: bool = False


class Cursor:
    """A reader's position in the log of one turn. Pure: it turns each view into the events that the reader lacks."""

    def __init__(self, turn_uuid: UUID, after: int = 0) -> None:
        self.turn_uuid = turn_uuid
        self.seq = after
        self.ended = False
        self._started = False
        self._position: int | None = None
        self._phase = ""

    def advance(self, view: View) -> Iterator[events.Event]:
        """Yield the events that bring the reader up to ``view``; exactly one terminal event, as the last."""
        if view.state == State.QUEUED:
            yield from self._wait(view)
            return
        if view.state == State.STREAMING:
            yield from self._start(view)
        yield from self._read(view.chunks)
        if view.state in TERMINAL and not view.more:
            yield from self._end(view)

    def _wait(self, view: View) -> Iterator[events.Event]:
        if view.position is not None and view.position != self._position:
            self._position = view.position
            yield events.Queued(turn_uuid=self.turn_uuid, position=view.position)

    def _start(self, view: View) -> Iterator[events.Event]:
        if not self._started:
            self._started = True
            yield events.Started(turn_uuid=self.turn_uuid)
        if view.phase != self._phase:
            self._phase = view.phase
            yield events.Phase(turn_uuid=self.turn_uuid, phase=view.phase)

    def _read(self, chunks: Sequence[str]) -> Iterator[events.Event]:
        """Yield one ``token`` for all new text, or several if it would exceed a frame."""
        content: list[str] = []
        length = 0
        first = self.seq
        for chunk in chunks:
            if content and length + len(chunk) > events.CONTENT_LIMIT:
                yield events.Token(turn_uuid=self.turn_uuid, after=first, seq=self.seq, content="".join(content))
                first, content, length = self.seq, [], 0
            content.append(chunk)
            length += len(chunk)
            self.seq += 1
        if content:
            yield events.Token(turn_uuid=self.turn_uuid, after=first, seq=self.seq, content="".join(content))

    def _end(self, view: View) -> Iterator[events.Event]:
        self.ended = True
        if view.citations or view.state == State.COMPLETE:
            citations, given = events.Source.split(view.citations)
            yield events.Citations(turn_uuid=self.turn_uuid, citations=citations, given=given)
        if view.failure:
            yield events.Error(
                code=view.failure,
                message=Failure(view.failure).label,
                retryable=view.failure not in LASTING,
                turn_uuid=self.turn_uuid,
                seq=view.seq,
            )
            return
        yield events.Done(turn_uuid=self.turn_uuid, seq=view.seq, state=view.state)


async def follow(
    commits: GroupCommit, nudges: Nudges, turn_uuid: UUID, after: int, *, is_new: bool = False
) -> AsyncGenerator[events.Event]:
    """Yield the events that a reader at seq ``after`` lacks, as they occur, up to and including the terminal event.

    If this process writes the turn, they come from memory; otherwise from the database, on each nudge and once a second
    without one (a nudge from another process may be lost). A slow reader gets all text that came meanwhile in one
    event. The reader of a question that ``is_new`` waits a moment for its claim. Raise ``Turn.DoesNotExist`` if the
    turn does not exist (any more).
    """
    cursor = Cursor(turn_uuid, after)
    log: AnswerLog | None = None
    with nudges.listen(turn_topic(turn_uuid)) as listener:
        if is_new and turn_uuid not in commits.logs:
            await listener.wait(CLAIM_SECONDS)  # most questions are claimed at once, and then read from memory
        while not cursor.ended:
            listener.clear()
            log = commits.logs.get(turn_uuid) or (log if log and log.ending else None)
            poll_after = None if log else POLL_SECONDS
            if log:
                view = written_view(log, cursor.seq)
            else:
                view = await _read_stored_view(turn_uuid, cursor.seq)
                if view.queue:
                    listener.add(queue_topic(view.queue))
            for event in cursor.advance(view):
                yield event
            if not (cursor.ended or view.more):
                await listener.wait(poll_after)


def written_view(log: AnswerLog, after: int) -> View:
    """Return the view of a turn that this process writes."""
    ending = log.ending
    if ending is None:
        return View(State.STREAMING, log.phase, chunks=log.after(after))
    chunks = ending.chunks[after:]
    return View(ending.state, seq=len(ending.chunks), chunks=chunks, citations=ending.citations, failure=ending.failure)


async def _read_stored_view(turn_uuid: UUID, after: int) -> View:
    """Return the view that is stored; retry while the database is unavailable."""
    while True:
        try:
            return await in_database(stored_view, turn_uuid, after)
        except UNAVAILABLE:
            await asyncio.sleep(POLL_SECONDS)


_look = Prepared(
    lambda uuid: Turn.objects.filter(uuid=uuid).values_list("pk", "state", "phase", "login_session_id"),
    uuid=UUIDField(),
)
_chunks_after = Prepared(
    lambda turn, seq: Chunk.objects.filter(turn=turn, seq__gt=seq).order_by("seq").values_list("text", flat=True),
    turn=BigIntegerField(),
    seq=IntegerField(),
)


def stored_view(turn_uuid: UUID, after: int) -> View:
    """Return the view of a turn that is queued, has ended, or is written by another process."""
    looked_at = _look.first(uuid=turn_uuid)
    if looked_at is None:
        raise Turn.DoesNotExist
    pk, state, phase, login = looked_at
    if state in TERMINAL:
        turn = Turn.objects.get(pk=pk)
        chunks, more = _first_chunks(turn.answer_after(after))
        # Not turn.citations: they would keep the turn, and so the whole answer, in memory until a slow reader is done.
        citations = () if more else list(Citation.objects.filter(turn=turn.pk))
        return View(turn.state, seq=turn.seq, chunks=chunks, citations=citations, failure=turn.failure, more=more)
    if state == State.QUEUED:
        return View(state, position=Turn(pk=pk, login_session_id=login).position(), queue=login)
    chunks, more = _first_chunks(_chunks_after.fetch(turn=pk, seq=after))
    return View(state, phase, chunks=chunks, more=more)


def _first_chunks(chunks: list[str]) -> tuple[list[str], bool]:
    """Return the first chunks, up to ``READ_LIMIT`` but at least one, and whether others are left."""
    lengths = accumulate(len(chunk) for chunk in chunks)
    count = 1 + sum(length <= READ_LIMIT for length in islice(lengths, 1, None))
    return chunks[:count], count < len(chunks)
