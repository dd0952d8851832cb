"""Storing the chunks of many turns in one transaction, which is one statement if no turn has changed otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from .rows import execute, returned
from .state import State

if TYPE_CHECKING:
    from .turn import Turn


@dataclass(frozen=True)
class Claim:
    """The right to write a turn, which holds as long as the row still names this owner and this fence."""

    turn_id: int
    turn_uuid: UUID
    owner: str
    fence: int

    @classmethod
    def of(cls, turn: Turn) -> Claim:
        """Return the claim that the row of a streaming turn names."""
        return cls(turn_id=turn.pk, turn_uuid=turn.uuid, owner=turn.owner or "", fence=turn.fence)


class Append(NamedTuple):  # one for each turn and commit: a dataclass takes five times as long
    """Chunks ``seq - len(texts) + 1 .. seq`` of one turn; its phase and the passages found, if they have changed."""

    claim: Claim
    seq: int
    phase: str | None
    texts: Sequence[str]
    passages: Sequence[Mapping[str, object]] | None = None

    @property
    def before(self) -> int:
        """The seq of the last chunk before these."""
        return self.seq - len(self.texts)

    @property
    def changes_turn(self) -> bool:
        """Whether it has more than chunks, as few have."""
        return self.phase is not None or self.passages is not None


_HOLDS = f"""
    chat_turn.id = new.id AND chat_turn.owner = new.owner AND chat_turn.fence = new.fence
        AND chat_turn.state = '{State.STREAMING}'
"""
_CLAIMED = {"id": "bigint", "owner": "text", "fence": "integer"}
_CHANGE = f"""
    UPDATE chat_turn SET phase = COALESCE(new.phase, chat_turn.phase),
        passages = COALESCE(new.passages, chat_turn.passages)
    FROM {{new}} WHERE {_HOLDS}
"""  # noqa: S608  # our own constants
_CHANGED = _CLAIMED | {"phase": "text", "passages": "jsonb"}
# The row of the turn stays as it is: with its passages it has several kilobytes, and each commit would write all of it.
# A join in another order than this would read all turns.
_INSERT = f"""
    INSERT INTO chat_chunk (turn_id, seq, text)
    SELECT new.id, new.seq, new.text FROM {{new}} CROSS JOIN chat_turn WHERE {_HOLDS}
    ORDER BY new.id, new.seq {{lock}}
"""  # noqa: S608
_INSERTED = _CLAIMED | {"seq": "integer", "text": "text"}
# What both do, in one statement, as only PostgreSQL can. It locks the rows in the order of their ids, as all others do.
_STORE = f"""
    WITH held AS (SELECT new.* FROM {{new}} CROSS JOIN chat_turn WHERE {_HOLDS} ORDER BY new.id {{lock}}),
    changed AS (
        UPDATE chat_turn SET phase = COALESCE(held.phase, chat_turn.phase),
            passages = COALESCE(held.passages, chat_turn.passages)
        FROM held WHERE chat_turn.id = held.id AND (held.phase IS NOT NULL OR held.passages IS NOT NULL)
    ),
    added AS (
        INSERT INTO chat_chunk (turn_id, seq, text)
        SELECT held.id, held.before + piece.number, piece.text
        FROM held CROSS JOIN jsonb_array_elements_text(held.texts) WITH ORDINALITY AS piece (text, number)
        ORDER BY held.id, piece.number
    )
    SELECT id FROM held
"""  # noqa: S608
_STORED = _CHANGED | {"before": "integer", "texts": "jsonb"}


def write(appends: Sequence[Append]) -> bool:
    """Store all of them and return True; False if any claim is lost or any chunk is stored already.

    Then some may be stored, each as a whole, but none whose claim is lost.
    """
    try:
        if not any(append.changes_turn for append in appends):
            return _add(appends)
        return _store(appends) if connection.vendor == "postgresql" else _change_and_add(appends)
    except IntegrityError:  # a chunk is stored already: the trigger has refused it, and with it all others
        return False


def _add(appends: Sequence[Append]) -> bool:
    """Store the chunks of those whose claims hold; return whether these are all."""
    chunks = [
        (*_claimed(append), seq, text) for append in appends for seq, text in enumerate(append.texts, append.before + 1)
    ]
    return not chunks or execute(_INSERT, _INSERTED, chunks) == len(chunks)


@transaction.atomic
def _change_and_add(appends: Sequence[Append]) -> bool:
    """Store all of those whose claims hold; return whether these are all."""
    changes = [append for append in appends if append.changes_turn]
    rows = [(*_claimed(each), each.phase, _json(each.passages)) for each in changes]
    are_changed = execute(_CHANGE, _CHANGED, rows) == len(changes)
    return _add(appends) and are_changed


def _store(appends: Sequence[Append]) -> bool:
    """Do the same by one statement: to begin and commit a transaction takes two more visits to the database."""
    rows = [(*_claimed(each), each.phase, _json(each.passages), each.before, each.texts) for each in appends]
    return len(returned(_STORE, _STORED, rows)) == len(appends)


def _claimed(append: Append) -> tuple[int, str, int]:
    claim = append.claim
    return claim.turn_id, claim.owner, claim.fence


def _json(passages: Sequence[Mapping[str, object]] | None) -> str | None:
    return None if passages is None else json.dumps(passages)
