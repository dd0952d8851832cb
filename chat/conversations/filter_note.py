"""The note above an answer about what its question searches only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.template.loader import render_to_string

from ..recordings.limit_words import limit_words


def filter_note(recordings: Sequence[Mapping[str, Any]], limits: Mapping[str, Any], searched: int | None) -> str:
    """Return as HTML what a question searches only, and in how many recordings its answer was looked for."""
    if not (recordings or limits):
        return ""
    words = limit_words(limits, searched)
    return render_to_string("chat/_filter_note.html", {"filter": recordings, "words": words})
