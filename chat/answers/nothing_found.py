"""The answer when the search finds nothing: what was searched, and the nearest passages as its sources."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..display import clock
from ..models import Citation, Scope
from ..passages import Passage
from .citations import Sources

NAMED = 2
"""Maximum of recordings named in the answer, so that they fit into a line; it counts the others."""
NEAREST = 3
QUOTE_LIMIT = 160

_NO_RECORDINGS = "There are no recordings to search yet."
_GONE = "What you chose is no longer there, so there is nothing to search."
_MARKDOWN = re.compile(r"([\\`*_\[\]()<>#+\-!|~&])")


def nothing_found(question: str, nearest: Sequence[Passage], scope: Scope) -> tuple[str, Sequence[Citation]]:
    """Return an answer in Markdown that says what was searched, and its citations.

    Read the database. The citations are the nearest passages, which the reader must judge.
    """
    searched = scope.recordings()
    titles = list(searched.values_list("title", flat=True)[: NAMED + 1])
    if not titles:
        return _GONE if scope.filter else _NO_RECORDINGS, ()
    count = searched.count()
    names = _enumerate(titles[:NAMED], count) if scope.filter else _all(count)
    text = f"I searched {names} and found nothing that answers this."
    sources = Sources(nearest, question)
    for number in range(1, min(len(nearest), NEAREST) + 1):
        sources.cite(number, question)
    if sources.citations:
        text += "\n\nThe nearest passages, which may not help:\n\n" + "\n".join(map(_quote, sources.citations))
    return text, sources.citations


def _all(count: int) -> str:
    """Name no title: only those of a filter or of a source are masked when they may no longer be heard."""
    return "the only recording" if count == 1 else f"all {count} recordings"


def _enumerate(titles: Sequence[str], count: int) -> str:
    names = [f"**{_literal(title)}**" for title in titles]
    if more := count - len(titles):
        names.append(f"{more} more recordings" if more > 1 else "one more recording")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _quote(cited: Citation) -> str:
    place = f"*{_literal(cited.recording_title)}*"
    if cited.start is not None:
        place += f", {clock(cited.start)}"
    speaker = f"{_literal(cited.speaker)}: " if cited.speaker else ""
    return f"- {place} — {speaker}{_quotation(cited.excerpt)} [{cited.number}]"


def _quotation(text: str) -> str:
    """Return a text in quotation marks, and behind them an ellipsis if it is cut."""
    shown = text if len(text) <= QUOTE_LIMIT else text[:QUOTE_LIMIT].rpartition(" ")[0] or text[:QUOTE_LIMIT]
    return f"“{_literal(shown)}”{'' if shown == text else ' …'}"


def _literal(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
