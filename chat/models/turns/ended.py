"""Storing the ends of many turns, with statements that are compiled once and carry all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.db.models import BigIntegerField, OuterRef, Subquery

from ..daily_use import DailyUse, day_of, spend
from ..heard import heard_by_asker
from ..prepared import Many, Prepared
from .indexed_turn import indexed_text, searched, searched_texts
from .rows import execute, returned
from .state import State

if TYPE_CHECKING:
    from .answer import Citation, Ending
    from .quotation import Quotation
    from .turn import Turn

_FINISH = """
    UPDATE chat_turn SET state = new.state, phase = '', seq = new.seq, answer = new.answer,
        chunk_lengths = new.chunk_lengths, finish_reason = new.finish_reason, failure = new.failure,
        model_name = new.model_name, usage = new.usage, steps = new.steps, searched = new.searched, passages = NULL,
        owner = NULL, lease_expires_at = NULL, ended_at = {now}
    FROM {new} WHERE chat_turn.id = new.id
"""
_FINISHED = {
    "id": "bigint",
    "state": "text",
    "seq": "integer",
    "answer": "text",
    "chunk_lengths": "jsonb",
    "finish_reason": "text",
    "failure": "text",
    "model_name": "text",
    "usage": "jsonb",
    "steps": "jsonb",
    "searched": "integer",
}
# A recording may have been deleted meanwhile: then its citations are stored as after its deletion, with their copies.
_CITE = """
    INSERT INTO chat_citation (turn_id, number, recording_id, recording_uuid, recording_title, segment, speaker,
        excerpt, start, "end", cited)
    SELECT turn_id, number, (SELECT id FROM chat_recording WHERE id = new.recording_id), recording_uuid,
        recording_title, segment, speaker, excerpt, start, "end", cited FROM {new}
    RETURNING turn_id, number, recording_id
"""
_CITED = {
    "turn_id": "bigint",
    "number": "integer",
    "recording_id": "bigint",
    "recording_uuid": "uuid",
    "recording_title": "text",
    "segment": "integer",
    "speaker": "text",
    "excerpt": "text",
    "start": "double precision",
    '"end"': "double precision",
    "cited": "boolean",
}
_QUOTE = """
    INSERT INTO chat_quotation (turn_id, begin, "end", is_marked, fidelity, number, recording_uuid, segment, first,
        last, speaker, words)
    SELECT turn_id, begin, "end", is_marked, fidelity, number, recording_uuid, segment, first, last, speaker, words
    FROM {new}
    RETURNING turn_id, begin
"""
_QUOTED = {
    "turn_id": "bigint",
    "begin": "integer",
    '"end"': "integer",
    "is_marked": "boolean",
    "fidelity": "text",
    "number": "integer",
    "recording_uuid": "uuid",
    "segment": "integer",
    "first": "integer",
    "last": "integer",
    "speaker": "text",
    "words": "text",
}
_INDEX = "INSERT INTO chat_indexedturn (turn_id, text) SELECT turn_id, text FROM {new}"
_INDEXED = {"turn_id": "bigint", "text": "text"}
_DELETE_CHUNKS = "DELETE FROM chat_chunk WHERE turn_id IN (SELECT id FROM {new})"
_DELETED = {"id": "bigint"}


_NEEDED = ("uuid", "user_id", "question", "owner", "fence", "stop_requested_at", "stop_seen", "created_at")


def _streaming(pks: Any) -> Any:
    turns = apps.get_model("chat", "Turn").objects.filter(pk__among=pks, state=State.STREAMING)
    return turns.select_for_update().order_by("pk").only(*_NEEDED).annotate(counted_on=counted_on())


def counted_on() -> Subquery:
    """Return the last day on which questions of a turn's user were counted: ``store`` needs it of each turn."""
    return Subquery(DailyUse.objects.filter(user_id=OuterRef("user_id")).values("day"))


_locked = Prepared[Any](_streaming, pks=Many(BigIntegerField()))


def locked(pks: Iterable[int]) -> list[Turn]:
    """Lock those of these turns that stream, until the transaction ends, and return them."""
    return _locked.fetch(pks=list(pks))


def store(endings: Sequence[tuple[Turn, Ending]]) -> None:
    """Store the ends of turns whose rows are locked: state, answer, citations, quotations; index them; delete chunks.

    Their tokens are counted if their questions were, on the day of the question.
    """
    execute(_FINISH, _FINISHED, [_finished(turn, ending) for turn, ending in endings])
    _cite({(turn.pk, each.number): each for turn, ending in endings for each in ending.citations})
    _quote({(turn.pk, each.begin): each for turn, ending in endings for each in ending.quotations})
    execute(_INDEX, _INDEXED, [_indexed(turn, ending) for turn, ending in endings])
    execute(_DELETE_CHUNKS, _DELETED, [{"id": turn.pk} for turn, _ in endings])
    spend(_used(turn, ending) for turn, ending in endings if _is_counted(cast(Any, turn)))


def _is_counted(turn: Any) -> bool:
    return turn.counted_on is not None and bool(turn.counted_on == day_of(turn.created_at))


def _used(turn: Turn, ending: Ending) -> tuple[int, date, int]:
    return turn.user_id, day_of(turn.created_at), ending.tokens


def _finished(turn: Turn, ending: Ending) -> dict[str, object]:
    return {
        "id": turn.pk,
        "state": ending.state,
        "seq": len(ending.chunks),
        "answer": "".join(ending.chunks),
        "chunk_lengths": json.dumps([len(chunk) for chunk in ending.chunks]),
        "finish_reason": ending.finish_reason,
        "failure": ending.failure,
        "model_name": ending.model_name,
        "usage": _json_or_null(ending.usage),
        "steps": _json_or_null(ending.steps),
        "searched": ending.searched,
    }


def _cite(citations: Mapping[tuple[int, int], Citation]) -> None:
    """Store citations by turn and number; note which are heard, and let them forget recordings that do not exist."""
    rows = [_cited(turn, citation) for (turn, _), citation in citations.items()]
    is_heard = heard_by_asker("chat_citation.turn_id", "chat_citation.recording_uuid")
    for turn, number, recording, heard in returned(f"{_CITE}, {is_heard}", _CITED, rows) if rows else ():
        citations[turn, number].is_heard = bool(heard)
        if recording is None:
            citations[turn, number].recording = None


def _cited(turn: int, citation: Citation) -> dict[str, object]:
    return {
        "turn_id": turn,
        "number": citation.number,
        "recording_id": citation.recording_id,
        "recording_uuid": citation.recording_uuid.hex,
        "recording_title": citation.recording_title,
        "segment": citation.segment,
        "speaker": citation.speaker,
        "excerpt": citation.excerpt,
        "start": citation.start,
        '"end"': citation.end,
        "cited": citation.cited,
    }


def _quote(quotations: Mapping[tuple[int, int], Quotation]) -> None:
    """Store quotations by turn and place; note which of them are from what is heard."""
    rows = [_quoted(turn, quotation) for (turn, _), quotation in quotations.items()]
    is_heard = heard_by_asker("chat_quotation.turn_id", "chat_quotation.recording_uuid")
    for turn, begin, heard in returned(f"{_QUOTE}, {is_heard}", _QUOTED, rows) if rows else ():
        quotations[turn, begin].is_heard = bool(heard)


def _quoted(turn: int, quotation: Quotation) -> dict[str, object]:
    row = {name.strip('"'): getattr(quotation, name.strip('"')) for name in _QUOTED if name != "turn_id"}
    uuid = quotation.recording_uuid
    return row | {"turn_id": turn, '"end"': quotation.end, "recording_uuid": uuid.hex if uuid else None}


def _indexed(turn: Turn, ending: Ending) -> dict[str, object]:
    citations = searched(ending.citations, is_complete=ending.state == State.COMPLETE)
    texts = searched_texts(turn.question, "".join(ending.chunks), citations)
    return {"turn_id": turn.pk, "text": indexed_text(texts)}


def _json_or_null(document: dict[str, Any] | None) -> str | None:
    return None if document is None else json.dumps(document)
