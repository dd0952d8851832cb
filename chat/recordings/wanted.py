"""What a reader wants to see of a transcript."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest

from ..query import page_number, search_text
from ..search.query import NO_WORDS
from ..terms import words

UNKNOWN = "?"
"""What ``?speaker=`` calls the speakers whose name is not known."""
SPEAKER_LIMIT = 120


@dataclass(frozen=True)
class Wanted:
    """What a reader wants to see: the segments of a ``speaker`` with all words of a ``text``; empty for any.

    ``query`` has the rest of what was asked: the page or the piece.
    """

    speaker: str = ""
    text: str = ""
    page: int = 1
    query: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def by(cls, request: HttpRequest) -> Wanted:
        """Return what the query of a request says."""
        speaker = request.GET.get("speaker", "").replace("\0", "")[:SPEAKER_LIMIT]
        text = " ".join(search_text(request).split())
        return cls(speaker, text, page_number(request), request.GET.dict())

    @property
    def words(self) -> list[str]:
        return list(dict.fromkeys(words(self.text)))

    @property
    def refusal(self) -> str:
        """Why nothing can be found; empty if it can."""
        return NO_WORDS if self.text and not self.words else ""
