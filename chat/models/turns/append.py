"""Storing the chunks of many turns in one transaction of two statements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db import transaction

from .rows import execute
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
    """Chunks ``seq - len(texts) + 1 .. seq`` of one turn, its phase, and the passages found if they have changed."""

    claim: Claim
    seq: int
    phase: str
    texts: Sequence[str]
    passages: Sequence[Mapping[str, object]] | None = None

    @property
    def before(self) -> int:
        """The seq of the last chunk before these."""
        return self.seq - len(self.texts)


_ADVANCE = f"""
    UPDATE chat_turn SET seq = new.seq, phase = new.phase{{also}} FROM {{{{new}}}}
    WHERE chat_turn.id = new.id AND chat_turn.owner = new.owner AND chat_turn.fence = new.fence
        AND chat_turn.seq = new.before AND chat_turn.state = '{State.STREAMING}'
"""  # noqa: S608  # our own constant
ADVANCE = _ADVANCE.format(also="")
ADVANCED = {"id": "bigint", "owner": "text", "fence": "integer", "before": "integer", "seq": "integer", "phase": "text"}
# Apart, because almost all commits have text and nothing else.
ADVANCE_WITH_PASSAGES = _ADVANCE.format(also=", passages = COALESCE(new.passages, chat_turn.passages)")
ADVANCED_WITH_PASSAGES = ADVANCED | {"passages": "jsonb"}
INSERT = "INSERT INTO chat_chunk (turn_id, seq, text) SELECT turn_id, seq, text FROM {new}"
INSERTED = {"turn_id": "bigint", "seq": "integer", "text": "text"}


def write(appends: Sequence[Append]) -> bool:
    """Store all of them; or, if any claim is lost or any chunk is stored already, store nothing and return False."""
    appends = sorted(appends, key=lambda append: append.claim.turn_id)  # the order in which rows are locked everywhere
    turns = [
        {
            "id": append.claim.turn_id,
            "owner": append.claim.owner,
            "fence": append.claim.fence,
            "before": append.before,
            "seq": append.seq,
            "phase": append.phase,
            "passages": None if append.passages is None else json.dumps(append.passages),
        }
        for append in appends
    ]
    chunks = [
        {"turn_id": append.claim.turn_id, "seq": seq, "text": text}
        for append in appends
        for seq, text in enumerate(append.texts, append.before + 1)
    ]
    with transaction.atomic():
        if _advance(turns) != len(appends):
            transaction.set_rollback(True)
            return False
        if chunks:
            execute(INSERT, INSERTED, chunks)
    return True


def _advance(turns: Sequence[Mapping[str, object]]) -> int:
    if all(turn["passages"] is None for turn in turns):
        return execute(ADVANCE, ADVANCED, turns)
    return execute(ADVANCE_WITH_PASSAGES, ADVANCED_WITH_PASSAGES, turns)
