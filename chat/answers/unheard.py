"""What of an answer a reader may not hear: its sources, and the recordings that its question was limited to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..models import Citation, HeardOf
from .masking import Hidden


def hidden_in(recordings: Sequence[Mapping[str, Any]], citations: Iterable[Citation], heard: HeardOf) -> Hidden:
    """Return what has to be masked in the answer to a question with this filter.

    The citations are those ``for_reader``; ``heard`` says of which recordings in the filter the reader may know. If an
    answer names no source, each of its sentences may be from any passage that its model got.
    """
    hidden = [citation for citation in citations if not citation.is_heard]
    known = heard.existing | heard.deleted
    titles = [citation.recording_title for citation in hidden]
    return Hidden(
        numbers=frozenset(citation.number for citation in hidden if citation.cited),
        excerpts=[citation.excerpt for citation in hidden],
        titles=[*titles, *(each["title"] for each in recordings if each["id"] not in known)],
        is_whole=any(not citation.cited for citation in hidden),
    )
