"""Triggers that refuse to delete what a legal hold keeps, also where the code has forgotten to ask.

They read no other table than that of the holds: SQLite cannot rebuild a table that the trigger of another one reads.
So a conversation that only quotes a collection under hold is kept by ``refuse_if_held`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from .turns.triggers import Trigger

_STANDS = "EXISTS (SELECT 1 FROM chat_hold WHERE released_at IS NULL AND {column} = OLD.{key})"
_KEPT = "a legal hold keeps this"
_HISTORY = "a legal hold stays as it was placed and released"


@dataclass(frozen=True)
class KeepingTrigger(Trigger):
    """A trigger before a deletion, which happens if it does not refuse."""

    @override
    def postgresql(self) -> list[str]:
        """Return the statements that create it on PostgreSQL, where a deletion without a row does nothing."""
        return [statement.replace("RETURN NEW;", "RETURN OLD;") for statement in super().postgresql()]


def _keeps(table: str, key: str, *, column: str) -> Trigger:
    """Return the trigger that keeps the rows of a table whose ``key`` is under a hold on this ``column``."""
    name = f"hold_keeps_{table.removeprefix('chat_').removeprefix('auth_')}"
    return KeepingTrigger(name, table, "DELETE", _STANDS.format(column=column, key=key), _KEPT)


TRIGGERS = [
    _keeps("chat_collection", "id", column="collection_id"),
    _keeps("chat_recording", "collection_id", column="collection_id"),
    Trigger(
        name="hold_keeps_recording_in_place",
        table="chat_recording",
        event="UPDATE OF collection_id",
        condition="OLD.collection_id <> NEW.collection_id AND "
        + _STANDS.format(column="collection_id", key="collection_id"),
        message=_KEPT,
    ),
    _keeps("auth_user", "id", column="user_id"),
    _keeps("chat_conversation", "user_id", column="user_id"),
    Trigger(
        name="hold_keeps_conversation_in_sight",
        table="chat_conversation",
        event="UPDATE OF deleted_at",
        condition="OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL AND "
        + _STANDS.format(column="user_id", key="user_id"),
        message=_KEPT,
    ),
    _keeps("chat_turn", "user_id", column="user_id"),
    KeepingTrigger("hold_is_kept", "chat_hold", "DELETE", "TRUE", _HISTORY),
    Trigger(
        name="hold_stays_as_placed",
        table="chat_hold",
        event="UPDATE OF id, uuid, name, reason, collection_id, user_id, subject, placed_by, placed_at",
        condition="TRUE",
        message=_HISTORY,
    ),
    Trigger(
        name="hold_is_released_once",
        table="chat_hold",
        event="UPDATE OF released_by, released_at",
        condition="OLD.released_at IS NOT NULL",
        message=_HISTORY,
    ),
]
