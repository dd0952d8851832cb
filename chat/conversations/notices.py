"""What stands below an answer that is not as it was meant to be."""

from __future__ import annotations

from django.utils import timezone

from ..models import State, Turn

FINISH_NOTICES = {
    "length": "The answer reached the maximum length and is cut off here.",
    "content_filter": "The model's content filter ended this answer.",
}


def notice(turn: Turn) -> str:
    """Return the notice below the answer of a turn; empty if it needs none."""
    if turn.state == State.STOPPED:
        return "Stopped."
    if turn.state == State.CANCELLED:
        return "Cancelled before it was answered."
    return turn.message or FINISH_NOTICES.get(turn.finish_reason, "")


def erased_on(turn: Turn) -> str:
    """Return the day on which words of a speaker were removed from an answer; empty if none were."""
    day = timezone.localtime(turn.erased_at) if turn.erased_at else None
    return f"{day.day} {day:%b %Y}" if day else ""
