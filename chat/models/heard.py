"""Whether a reader hears a recording, also one that was deleted: the rule of ``heard_by`` as a condition in SQL.

What answers quote outlives its recording, and who may read it is decided anew whenever it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from .collection import Collection
from .turns.rows import returned
from .turns.state import ENDED_EARLY

_EXISTS = "EXISTS (SELECT 1 FROM chat_recording AS kept WHERE kept.uuid = {uuid} AND kept.collection_id IN ({heard}))"
_WAS_DELETED = """
    EXISTS (SELECT 1 FROM chat_deletedrecording AS gone WHERE gone.uuid = {uuid} AND gone.collection_id IN ({heard})
        AND NOT EXISTS (SELECT 1 FROM chat_recording AS again WHERE again.uuid = {uuid}))"""
_HEARD = f"({_EXISTS} OR {_WAS_DELETED})"
_HAS_UNHEARD = """
    (EXISTS (SELECT 1 FROM chat_citation AS used WHERE used.turn_id = chat_turn.id AND NOT {heard})
    OR EXISTS (SELECT 1 FROM chat_quotation AS used
        WHERE used.turn_id = chat_turn.id AND used.recording_uuid IS NOT NULL AND NOT {heard}))"""
# The release before kept nothing of what the model got for an answer that broke off before its first marker: it may be
# from anything that there was.
_IS_UNKNOWN = f"""
    chat_turn.state IN {ENDED_EARLY} AND chat_turn.answer <> ''
        AND NOT EXISTS (SELECT 1 FROM chat_citation AS known WHERE known.turn_id = chat_turn.id)"""  # noqa: S608
_MISSES_ANY = """
    EXISTS (SELECT 1 FROM chat_recording AS other
        WHERE other.created_at <= chat_turn.created_at AND other.collection_id NOT IN ({heard}))
    OR EXISTS (SELECT 1 FROM chat_deletedrecording AS other
        WHERE other.collection_id IS NULL OR other.collection_id NOT IN ({heard}))"""
_CHOSEN = {
    "sqlite": ("json_each(chat_turn.recordings)", "REPLACE(json_extract(chosen.value, '$.id'), '-', '')"),
    "postgresql": ("jsonb_array_elements(chat_turn.recordings)", "CAST(chosen.value ->> 'id' AS uuid)"),
}
"""The recordings in the filter of a turn, and the UUID of each, in SQL."""
_ASKER = "(SELECT user_id FROM chat_turn AS asked WHERE asked.id = {turn_id})"
_USED = {"id": "bigint", "user_id": "bigint", "recording": "uuid"}


@dataclass(frozen=True)
class HeardOf:
    """Those of some recordings of which a user may know: that exist and the user hears, or heard before their deletion.

    ``collections`` are those of some collections that the user hears. The ids are those of the API.
    """

    existing: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()


def _in_sql(condition: str, *, user: str, uuid: str) -> str:
    """Return a condition on a user and a recording, which are given in SQL: no name in them may be ambiguous."""
    return condition.format(uuid=uuid, heard=_collections(connection.vendor).replace("{user}", user))


def is_heard(user: Any, uuid: str) -> RawSQL:
    """Return whether a user hears the recording with the UUID in this column, as a column of a query.

    The user is an id, or a parameter of a prepared query.
    """
    return _column(_in_sql(_HEARD, user="%s", uuid=uuid), user)


def has_unheard(user: Any) -> RawSQL:
    """Return whether a turn has, quotes or may have a source that a user does not hear.

    A column of a query for turns.
    """
    heard = _in_sql(_HEARD, user="%s", uuid="used.recording_uuid")
    return _column(f"({_HAS_UNHEARD.format(heard=heard)} OR ({_may_be_unheard()}))", user)


def may_be_unheard(user: Any) -> RawSQL:
    """Return whether a turn has an answer of which nobody knows from what it is, and a user does not hear everything.

    A column of a query for turns.
    """
    return _column(f"({_may_be_unheard()})", user)


def tells_of_unheard(user: Any) -> RawSQL:
    """Return whether a turn has, quotes or may have a source that a user does not hear, or has one in its filter.

    A column of a query for turns.
    """
    heard = _in_sql(_HEARD, user="%s", uuid="used.recording_uuid")
    return _column(f"({_HAS_UNHEARD.format(heard=heard)} OR ({_may_be_unheard()}) OR {_misses_chosen()})", user)


def _misses_chosen() -> str:
    rows, uuid = _CHOSEN[connection.vendor]
    heard = _in_sql(_HEARD, user="%s", uuid=uuid)
    return f"EXISTS (SELECT 1 FROM {rows} AS chosen WHERE NOT {heard})"  # noqa: S608  # our own constants


def _may_be_unheard() -> str:
    misses_any = _in_sql(_MISSES_ANY, user="%s", uuid="")
    return f"{_IS_UNKNOWN} AND CASE WHEN chat_turn.recordings = '[]' THEN {misses_any} ELSE {_misses_chosen()} END"


def _column(sql: str, user: Any) -> RawSQL:
    return RawSQL(sql, [user] * sql.count("%s"), output_field=BooleanField())  # noqa: S611  # the user is a parameter


def heard_by_asker(turn_id: str, uuid: str) -> str:
    """Return the condition in SQL that the user who asked a turn hears a recording."""
    return _in_sql(_HEARD, user=_ASKER.format(turn_id=turn_id), uuid=uuid)


def heard_of(user_id: int, recordings: Iterable[str]) -> HeardOf:
    """Return of which of these recordings a user may know."""
    used = [{"id": 0, "user_id": user_id, "recording": UUID(each).hex} for each in sorted(set(recordings))]
    if not used:
        return HeardOf()
    exists, was_deleted = (_in_sql(c, user="new.user_id", uuid="new.recording") for c in (_EXISTS, _WAS_DELETED))
    rows = returned(f"SELECT new.recording, {exists}, {was_deleted} FROM {{new}}", _USED, used)  # noqa: S608  # constants
    existing, deleted = ([str(UUID(str(row[0]))) for row in rows if row[place]] for place in (1, 2))
    return HeardOf(frozenset(existing), frozenset(deleted))


def unheard(uses: Sequence[tuple[int, int, UUID]]) -> set[int]:
    """Return the ids whose user does not hear one of the recordings; each use is an id, a user and a recording."""
    if not uses:
        return set()
    is_heard_there = _in_sql(_HEARD, user="new.user_id", uuid="new.recording")
    sql = f"SELECT DISTINCT new.id FROM {{new}} WHERE NOT {is_heard_there}"  # noqa: S608  # our own constants
    used = [{"id": key, "user_id": user, "recording": recording.hex} for key, user, recording in uses]
    return {key for (key,) in returned(sql, _USED, used)}


@cache
def _collections(vendor: str) -> str:
    """Return the query for the collections that a user hears, with ``{user}`` for the id of the user."""
    user = cast("int", RawSQL("{user}", []))  # our own constant
    heard = Collection.objects.heard_by(user).order_by().values("pk")
    sql, parameters = heard.query.get_compiler(connection=connection).as_sql()
    if not all(isinstance(parameter, int) for parameter in parameters):
        raise TypeError("only numbers can stand in a statement as they are")
    return str(sql % parameters)
