"""The only way to read an answer: a cursor over its log, from a seq to the end of the turn."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import ExitStack
from uuid import UUID

from ..models import LASTING, Failure, State
from . import events
from .answer_log import AnswerLog
from .copies import Copies, SharedCopy
from .group_commit import GroupCommit
from .nudges import Nudges, queue_topic, turn_topic
from .view import View, written_view

CLAIM_SECONDS = 0.1
"""How long a reader of a question that was just asked waits for its claim before it looks into the database."""


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
        if view.state == State.STREAMING:  # first, because almost all views are of such a turn
            yield from self._start(view)
            yield from self._read(view.chunks)
        elif view.state == State.QUEUED:
            yield from self._wait(view)
        else:
            yield from self._read(view.chunks)
            if not view.more:
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
        citations, given = events.Source.split(view.citations)
        if citations or view.state == State.COMPLETE:
            given = given if view.state == State.COMPLETE else []
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
    commits: GroupCommit, nudges: Nudges, copies: Copies, turn_uuid: UUID, after: int, *, is_new: bool = False
) -> AsyncGenerator[events.Event]:
    """Yield the events that a reader at seq ``after`` lacks, as they occur, up to and including the terminal event.

    If this process writes the turn, they come from memory; otherwise from the text in nudges, and from the database
    whenever that is not the next, and after a second without one (a nudge from another process may be lost). A slow
    reader gets all text that came meanwhile in one event. The reader of a question that ``is_new`` waits a moment for
    its claim. Raise ``Turn.DoesNotExist`` if the turn does not exist (any more).
    """
    cursor = Cursor(turn_uuid, after)
    log: AnswerLog | None = None
    copy: SharedCopy | None = None
    with nudges.listen(turn_topic(turn_uuid)) as listener, ExitStack() as opened:
        if is_new and turn_uuid not in commits.logs:
            await listener.wait(CLAIM_SECONDS)  # most questions are claimed at once, and then read from memory
        while not cursor.ended:
            listener.clear()
            if log is None or not (log.is_open or log.ending):
                log = commits.logs.get(turn_uuid)
            if log:
                view, patience = written_view(log, cursor.seq), None
            else:
                copy = copy or opened.enter_context(copies.open(turn_uuid))
                view = await copy.view(cursor.seq)
                copies.announce(copy)
                patience = copy.patience
                if view.queue:
                    listener.add(queue_topic(view.queue))
            for event in cursor.advance(view):
                yield event
            if not (cursor.ended or view.more):
                await listener.wait(patience)
