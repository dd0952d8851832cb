"""The stored turns, read without the ORM, and which of them a claim may start by the rules."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection

from chat.models import ACTIVE

CITED_WHILE_ACTIVE = """
    SELECT COUNT(*) FROM chat_citation JOIN chat_turn ON chat_turn.id = turn_id WHERE state IN ('queued', 'streaming')
"""
PASSAGES_AFTER_THE_END = "SELECT COUNT(*) FROM chat_turn WHERE state <> 'streaming' AND passages IS NOT NULL"


class Row(NamedTuple):
    """A stored turn."""

    id: int
    login_session_id: int
    conversation_id: int
    state: str
    started_at: object
    seq: int
    answer: str
    chunk_lengths: object


TURNS = f"SELECT {', '.join(Row._fields)} FROM chat_turn ORDER BY id"  # noqa: S608  # our own names


def may_start() -> list[int]:
    """Return the turns that one claim may start by the rules, oldest first; the limit of streams is never reached."""
    rows = [Row(*row) for row in query(TURNS)]
    active = [row for row in rows if row.state in ACTIVE]
    return [
        row.id
        for row in active
        if row.state == "queued"
        and not any(
            (other.state == "streaming" or other.id < row.id)
            and (other.login_session_id == row.login_session_id or other.conversation_id == row.conversation_id)
            for other in active
            if other.id != row.id
        )
    ]


def query(sql: str) -> list[tuple[Any, ...]]:
    """Return rows without the ORM, which is slower than the database; the invariants are checked after every step."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
