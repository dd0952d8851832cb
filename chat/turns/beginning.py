"""What a turn knows when it starts: the conversation so far, and what it may look at."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from ..answers.masking import masked
from ..answers.unheard import hidden_in
from ..models import HeardOf, Scope, Turn, heard_of
from ..models.turns import asked
from ..prompts import Exchange


@dataclass(frozen=True)
class Beginning:
    """The conversation before a turn, and what the turn may look at: of what was chosen, what its user hears now.

    If something was chosen, ``searched`` is how many recordings that are.
    """

    history: list[Exchange]
    scope: Scope
    searched: int | None

    @classmethod
    def of(cls, turn: Turn, *, is_first: bool = False) -> Beginning:
        """Return the beginning of a turn, which ``is_first`` if it begins its conversation. Read the database."""
        scope = Scope.begin(turn.user_id, turn.filter())
        searched = scope.recordings().count() if scope.filter else None
        return cls([] if is_first else _history(turn), scope, searched)


def _history(turn: Turn) -> list[Exchange]:
    """Return the conversation so far, without what its user may no longer hear."""
    exchanges = turn.exchanges_before(settings.CHAT_HISTORY_TURNS)
    heard = heard_of(turn.user_id, {recording["id"] for earlier in exchanges for recording in earlier.recordings})
    return [Exchange(earlier.question, _as_heard(earlier, heard)) for earlier in exchanges]


def _as_heard(earlier: asked.Exchange, heard: HeardOf) -> str:
    hidden = hidden_in(earlier, earlier.citations, earlier.quotations, heard, is_unheard=earlier.is_unheard)
    return masked(earlier.answer, hidden, is_broken=earlier.is_broken)
