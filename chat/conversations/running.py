"""What a page shows of turns that wait or run: the texts so far, and the places in the queues."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from ..models import Chunk, State, Turn, unretracted


def texts_of(chunks: QuerySet[Chunk]) -> dict[int, tuple[str, int]]:
    """Return the text so far and the last seq of each turn that has chunks."""
    pieces: dict[int, list[str]] = {}
    for turn_id, text in chunks.order_by("turn_id", "seq").values_list("turn_id", "text"):
        pieces.setdefault(turn_id, []).append(text)
    return {turn_id: (unretracted("".join(texts)), len(texts)) for turn_id, texts in pieces.items()}


def positions_of(turns: Iterable[Turn]) -> dict[UUID, int]:
    """Return the place of each queued turn in its queue, from 1."""
    queues = {turn.login_session_id for turn in turns if turn.state == State.QUEUED}
    return {
        uuid: position
        for queue in queues
        for uuid, position in Turn.objects.filter(login_session_id=queue).positions().items()
    }
