"""What a report counts in a history: characters, turns and model calls, and how many of them too many."""

from __future__ import annotations

from collections import Counter

from .history import History, StoredTurn
from .reading import ENDINGS
from .view import View, begins, views

ASKED_AT_MOST = 3
"""Most calls for one turn if the model refuses (``chat.llm.retrying.RETRIES``)."""


def count(history: History) -> dict[str, int]:
    """Count for the report: characters shown and lost, turns asked, doubled and stuck, and model calls."""
    rows = {turn.uuid: turn for turn in history.turns}
    shown = list(views(history))
    lost = sum(_missing(view, rows.get(view.turn)) for view in shown)
    requests = Counter(turn.request_id for turn in history.turns)
    return {
        "shown": sum(len(view.text) for view in shown),
        "lost": lost,
        "asked": len(history.turns),
        "doubled": sum(number - 1 for number in requests.values()) + needless_calls(history).total(),
        "stuck": sum(turn.state not in ENDINGS for turn in history.turns),
        "calls": len(history.calls),
    }


def needless_calls(history: History) -> Counter[str]:
    """Count by question the calls beyond one accepted call, or beyond three in total, for each turn."""
    turns = Counter(turn.question for turn in history.turns)
    calls = Counter(call.question for call in history.calls)
    accepted = Counter(call.question for call in history.calls if call.how != "refused")
    return (accepted - turns) | (calls - Counter({each: ASKED_AT_MOST * times for each, times in turns.items()}))


def _missing(view: View, turn: StoredTurn | None) -> int:
    if turn is None:
        return len(view.text)
    if begins(turn.answer, view.text, exactly=view.is_exact):
        return 0
    if turn.state == "stopped" and begins(view.text, turn.answer, exactly=view.is_exact):
        return 0
    return len(view.text)
