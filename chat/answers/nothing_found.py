"""What is said when the recordings do not answer: where we looked, and what came nearest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from ..display import clock
from ..models import Citation, Recording
from ..passages import Passage
from .citations import Sources

NAMED = 8
"""Recordings that are named; the others are counted."""
NEAREST = 3
QUOTE_LIMIT = 160

_MARKDOWN = re.compile(r"([\\`*_\[\]()<>#+\-!|~&])")


def not_found(question: str, nearest: Sequence[Passage], recordings: Sequence[UUID]) -> str:
    """Markdown that names the recordings searched (``recordings``, empty for all) and the nearest passages.

    Reads the database. It cites nothing: the passages are for the reader to judge.
    """
    searched = Recording.objects.filter(uuid__in=recordings) if recordings else Recording.objects.all()
    titles = list(searched.values_list("title", flat=True)[:NAMED])
    if not titles:
        return "There are no recordings to search yet."
    more = searched.count() - len(titles)
    text = f"I found nothing about this in {_enumerate(titles, more)}."
    if nearest:
        near = Sources(nearest, question)
        for number in range(1, min(len(nearest), NEAREST) + 1):
            near.cite(number, question)
        text += "\n\nThe nearest passages, which may not help:\n\n" + "\n".join(map(_quote, near.citations))
    return text


def _enumerate(titles: Sequence[str], more: int) -> str:
    names = [f"**{_literal(title)}**" for title in titles]
    if more:
        names.append(f"{more} more recordings" if more > 1 else "one more recording")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _quote(near: Citation) -> str:
    place = f"*{_literal(near.recording_title)}*"
    if near.start is not None:
        place += f", {clock(near.start)}"
    speaker = f"{_literal(near.speaker)}: " if near.speaker else ""
    text = near.excerpt if len(near.excerpt) <= QUOTE_LIMIT else near.excerpt[:QUOTE_LIMIT].rpartition(" ")[0] + " …"
    return f"- {place} — {speaker}“{_literal(text)}”"


def _literal(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
