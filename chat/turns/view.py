"""A turn as its readers see it: from the memory of the process that writes it, or from the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import accumulate, islice
from typing import NamedTuple
from uuid import UUID

from django.db.models import BigIntegerField, IntegerField, OuterRef, Subquery, UUIDField

from ..answers.masking import masked_chunks
from ..answers.unheard import hidden_in, unheard_answers
from ..database import in_database
from ..database.outage import UNAVAILABLE
from ..models import TERMINAL, Chunk, Citation, Prepared, Quotation, State, Turn, heard_of
from .answer_log import AnswerLog

POLL_SECONDS = 1.0
"""How long a reader believes that there is no news without a nudge, which may be lost."""
READ_LIMIT = 15_000
"""The most characters to read from the database at once: they stay in memory until a slow reader takes them."""


class View(NamedTuple):  # one for each reader and commit
    """A turn at one moment, with chunks after a cursor's seq; ``more`` if others are left to read.

    ``seq`` is the number of the last chunk that is stored. ``queue`` is the id of the login session in whose queue the
    turn waits.
    """

    state: str
    phase: str = ""
    position: int | None = None
    seq: int = 0
    chunks: Sequence[str] = ()
    citations: Sequence[Citation] = ()
    failure: str = ""
    queue: int | None = None
    more: bool = False


def written_view(log: AnswerLog, after: int) -> View:
    """Return the view of a turn that this process writes."""
    ending = log.ending
    if ending is None:
        return View(State.STREAMING, log.phase, seq=len(log.chunks), chunks=log.chunks[after:])
    chunks = ending.chunks[after:]
    return View(ending.state, seq=len(ending.chunks), chunks=chunks, citations=ending.citations, failure=ending.failure)


async def read_stored_view(turn_uuid: UUID, after: int) -> View:
    """Return the view that is stored; retry while the database is unavailable."""
    while True:
        try:
            return await in_database(stored_view, turn_uuid, after)
        except UNAVAILABLE:
            await asyncio.sleep(POLL_SECONDS)


_last_chunk = Chunk.objects.filter(turn=OuterRef("pk")).order_by("-seq").values("seq")[:1]
_look = Prepared(
    lambda uuid: Turn.objects.filter(uuid=uuid).values_list(
        "pk", "state", "phase", Subquery(_last_chunk), "login_session_id"
    ),
    uuid=UUIDField(),
)
_chunks_after = Prepared(
    lambda turn, seq: Chunk.objects.filter(turn=turn, seq__gt=seq).order_by("seq").values_list("text", flat=True),
    turn=BigIntegerField(),
    seq=IntegerField(),
)
_ended = Prepared(lambda pk: Turn.objects.filter(pk=pk), pk=BigIntegerField())
_sources = Prepared(
    lambda turn, reader: Citation.objects.for_reader(reader).filter(turn=turn),
    turn=BigIntegerField(),
    reader=BigIntegerField(),
)
_hidden = Prepared(
    lambda turn, reader: Quotation.objects.hidden_from(reader).filter(turn=turn),
    turn=BigIntegerField(),
    reader=BigIntegerField(),
)


def stored_view(turn_uuid: UUID, after: int) -> View:
    """Return the view of a turn that is queued, has ended, or is written by another process."""
    looked_at = _look.first(uuid=turn_uuid)
    if looked_at is None:
        raise Turn.DoesNotExist
    pk, state, phase, seq, login = looked_at
    if state in TERMINAL:
        turn = _ended.first(pk=pk)
        if turn is None:
            raise Turn.DoesNotExist
        # Not turn.citations: they would keep the turn, and so the whole answer, in memory until a slow reader is done.
        citations: Sequence[Citation] = _sources.fetch(turn=pk, reader=turn.user_id)
        chunks, more = first_chunks(_as_heard(turn, citations)[after:])
        citations = () if more else citations
        return View(turn.state, seq=turn.seq, chunks=chunks, citations=citations, failure=turn.failure, more=more)
    if state == State.QUEUED:
        return View(state, position=Turn(pk=pk, login_session_id=login).position(), queue=login)
    chunks, more = first_chunks(_chunks_after.fetch(turn=pk, seq=after))
    return View(state, phase, seq=seq or 0, chunks=chunks, more=more)


def _as_heard(turn: Turn, citations: Sequence[Citation]) -> list[str]:
    """Return the chunks of a turn that has ended, without what its user may no longer hear."""
    heard = heard_of(turn.user_id, {recording["id"] for recording in turn.recordings})
    is_unheard = bool(unheard_answers([turn], {turn.pk: citations}, turn.user_id))
    quotations = _hidden.fetch(turn=turn.pk, reader=turn.user_id)
    hidden = hidden_in(turn, citations, quotations, heard, is_unheard=is_unheard)
    return masked_chunks(turn.answer_after(0), hidden, is_broken=not turn.is_complete)


def first_chunks(chunks: Sequence[str]) -> tuple[Sequence[str], bool]:
    """Return the first chunks, up to ``READ_LIMIT`` but at least one, and whether others are left."""
    lengths = accumulate(len(chunk) for chunk in chunks)
    count = 1 + sum(length <= READ_LIMIT for length in islice(lengths, 1, None))
    return chunks[:count], count < len(chunks)
