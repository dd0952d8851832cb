"""Rules that constraints cannot express, as triggers for SQLite and PostgreSQL.

Migrations contain their own copy of the statements, so that an old migration never changes; a test compares a migrated
database with this file. SQLite drops a table's triggers when a migration rebuilds the table: such a migration must
create them again (the same test checks it).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .state import ACTIVE, TERMINAL, TRANSITIONS, State


def _listed(states: Iterable[State]) -> str:
    """Return the states as an SQL list."""
    return "(" + ", ".join(f"'{state}'" for state in states) + ")"


_TERMINAL, _ACTIVE = _listed(TERMINAL), _listed(ACTIVE)
_ILLEGAL = (
    f"OLD.state <> NEW.state AND (OLD.state IN {_TERMINAL}"
    + "".join(
        f" OR (OLD.state = '{state}' AND NEW.state NOT IN {_listed(following)})"
        for state, following in TRANSITIONS.items()
    )
    + ")"
)

# The one way in which an ended turn changes: while a speaker is erased, it loses words, and says when.
_LOSES_WORDS = (
    "(NEW.{0} = OLD.{0} OR (REPLACE(NEW.{0}, '[removed]', '') <> NEW.{0}"
    " AND LENGTH(REPLACE(NEW.{0}, '[removed]', '')) < LENGTH(OLD.{0})))"
)
_IS_ERASED = (
    "NEW.erased_at IS NOT NULL"  # noqa: S608  # our own constants
    " AND EXISTS (SELECT 1 FROM chat_speakererasure"
    " WHERE finished_at IS NULL AND owner <> '' AND lease_expires_at > CURRENT_TIMESTAMP)"
    f" AND {_LOSES_WORDS.format('question')} AND {_LOSES_WORDS.format('answer')}"
    " AND (NEW.answer <> OLD.answer OR NEW.chunk_lengths = OLD.chunk_lengths)"
    " AND NEW.recordings = OLD.recordings AND NEW.seq = OLD.seq AND NEW.finish_reason = OLD.finish_reason"
    " AND NEW.failure = OLD.failure AND NEW.ended_at = OLD.ended_at AND NEW.fence = OLD.fence"
)


@dataclass(frozen=True)
class Trigger:
    """A trigger that refuses ``event`` if ``condition`` holds."""

    name: str
    table: str
    event: str
    condition: str
    message: str

    def sqlite(self) -> list[str]:
        """Return the statements that create it on SQLite, which deletes all rows of a table with DELETE."""
        if self.event == "TRUNCATE":
            return []
        return [
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW WHEN {self.condition}"
            f" BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        ]

    def postgresql(self) -> list[str]:
        """Return the statements that create it on PostgreSQL, where WHEN must not contain a SELECT."""
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {self.condition} THEN RAISE EXCEPTION '{self.message}' USING ERRCODE = 'check_violation'; END IF;"
            " RETURN NEW; END $$",
            f"CREATE OR REPLACE TRIGGER {self.name} BEFORE {self.event} ON {self.table}"
            f" FOR EACH {each} EXECUTE FUNCTION {self.name}()",
        ]


TRIGGERS = [
    Trigger(
        name="turn_transition",
        table="chat_turn",
        event="UPDATE OF state",
        condition=_ILLEGAL,
        message="a turn cannot go to this state from the one it is in",
    ),
    Trigger(
        name="turn_terminal_is_final",
        table="chat_turn",
        event="UPDATE OF question, recordings, answer, chunk_lengths, seq, finish_reason, failure, ended_at, fence,"
        " erased_at",
        condition=f"(OLD.state IN {_TERMINAL} AND NOT ({_IS_ERASED}))"
        f" OR (OLD.state NOT IN {_TERMINAL} AND NEW.erased_at IS NOT NULL)",
        message="a turn that has ended does not change",
    ),
    Trigger(
        name="turn_is_drawn_once",
        table="chat_turn",
        event="UPDATE OF is_drawn",
        condition="COALESCE(OLD.is_drawn, FALSE) <> COALESCE(NEW.is_drawn, FALSE)",
        message="what reviewers read of their own accord is drawn when a question is asked",
    ),
    Trigger(
        name="turn_passages_while_streaming",
        table="chat_turn",
        event="UPDATE OF passages, state",
        condition=f"NEW.passages IS NOT NULL AND NEW.state <> '{State.STREAMING}'",
        message="only a streaming turn has passages",
    ),
    Trigger(
        name="turn_queue_limit",
        table="chat_turn",
        event="INSERT",
        condition=f"NEW.state IN {_ACTIVE} AND (SELECT COUNT(*) FROM chat_turn"  # noqa: S608  # our own constants
        f" WHERE login_session_id = NEW.login_session_id AND state IN {_ACTIVE}) >= 6",
        message="five questions wait in this login session already",
    ),
    Trigger(
        name="chunk_follows",
        table="chat_chunk",
        event="INSERT",
        condition="NEW.seq <> 1 + COALESCE((SELECT MAX(seq) FROM chat_chunk WHERE turn_id = NEW.turn_id), 0)"  # noqa: S608
        f" OR NOT EXISTS (SELECT 1 FROM chat_turn WHERE id = NEW.turn_id AND state = '{State.STREAMING}')",
        message="a chunk must follow the last one of a streaming turn",
    ),
]
