"""The answer when the search finds nothing: which recordings were searched, and the nearest passages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from ..display import clock
from ..models import Citation, Recording
from ..passages import Passage
from .citations import Sources

NAMED = 8
"""Maximum of recordings named in the answer; it counts the others."""
NEAREST = 3
QUOTE_LIMIT = 160

_MARKDOWN = re.compile(r"([\\`*_\[\]()<>#+\-!|~&])")


def not_found(question: str, nearest: Sequence[Passage], recordings: Sequence[UUID]) -> str:
    """Return Markdown that names the recordings searched (``recordings``, empty for all) and the nearest passages.

    Read the database. The answer has no citations: the reader must judge the passages.
    """
    searched = Recording.objects.filter(uuid__in=recordings) if recordings else Recording.objects.all()
    titles = list(searched.values_list("title", flat=True)[:NAMED])
    if not titles:
        return "There are no recordings to search yet."
    more = searched.count() - len(titles)
    text = f"I found nothing about this in {_enumerate(titles, more)}."
    if nearest:
        sources = Sources(nearest, question)
        for number in range(1, min(len(nearest), NEAREST) + 1):
            sources.cite(number, question)
        text += "\n\nThe nearest passages, which may not help:\n\n" + "\n".join(map(_quote, sources.citations))
    return text


def _enumerate(titles: Sequence[str], more: int) -> str:
    names = [f"**{_literal(title)}**" for title in titles]
    if more:
        names.append(f"{more} more recordings" if more > 1 else "one more recording")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _quote(cited: Citation) -> str:
    place = f"*{_literal(cited.recording_title)}*"
    if cited.start is not None:
        place += f", {clock(cited.start)}"
    speaker = f"{_literal(cited.speaker)}: " if cited.speaker else ""
    text = cited.excerpt if len(cited.excerpt) <= QUOTE_LIMIT else cited.excerpt[:QUOTE_LIMIT].rpartition(" ")[0] + " …"
    return f"- {place} — {speaker}“{_literal(text)}”"


def _literal(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
