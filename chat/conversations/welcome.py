"""The content of the page for a new question."""

from __future__ import annotations

from typing import Any

from ..models import Recording
from .examples import examples


def welcome() -> dict[str, Any]:
    """Return the number of recordings, and questions worth asking."""
    return {"recording_count": Recording.objects.count(), "examples": examples()}
