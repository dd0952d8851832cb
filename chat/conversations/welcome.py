"""The content of the page for a new question."""

from __future__ import annotations

from typing import Any

from ..models import Recording
from .examples import examples


def welcome(user_id: int) -> dict[str, Any]:
    """Return the number of recordings that this user hears, and questions worth asking."""
    return {"recording_count": Recording.objects.heard_by(user_id).count(), "examples": examples(user_id)}
