"""The offer to ask the same question again, only of one of the recordings that its answer cites."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from ..display import shown
from ..html import joined
from ..models import Citation, Turn
from .filled import Value, filled

ASKABLE = 3
"""Most recordings that are offered, those first that the answer cites first."""


def ask_only(turn: Turn, citations: Sequence[Citation], retry_url: str, csrf_token: str) -> str:
    """Return a form for each recording, if the answer has ended and cites several; else nothing."""
    cited = {each.recording_id: each.recording for each in citations if each.cited and each.recording}
    if len(cited) < 2 or not turn.is_terminal:
        return ""
    asked: dict[str, Value] = {"uuid": str(turn.uuid), "retry_url": retry_url, "csrf_token": csrf_token}
    forms = [
        filled(
            "chat/_ask_only_in.html",
            asked | {"request_id": str(uuid4()), "recording": str(recording.uuid), "title": shown(recording.title)},
        )
        for recording in list(cited.values())[:ASKABLE]
    ]
    return filled("chat/_ask_only.html", asked | {"forms": joined(forms)})
