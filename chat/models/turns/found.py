"""The passages that the search found for a streaming turn, and what its answer has cited of them so far.

They are stored before the first word of the answer, and each citation with the text that shows its marker. So whoever
closes the turn of a dead owner can cite for the markers in its chunks, and knows what else the model got. The row has
only places; texts and names come from the recordings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NotRequired, TypedDict
from uuid import UUID

from django.db.models import Q

from ..recording import Recording, Segment
from .answer import Citation

_UNKNOWN = str(UUID(int=0))
"""The UUID of a recording of which nobody knows any more who heard it: nobody hears it."""


class FoundPassage(TypedDict):
    """A passage: the key and the UUID of its recording, and its first and last segment.

    ``cited`` has for each citation its number, its segment, where its excerpt begins and ends in that segment, and
    ``Citation.shown_at``.
    """

    recording: int
    uuid: NotRequired[str]  # the release before did not store it
    first: int
    last: int
    cited: list[list[int]]


def found_passage(recording: Recording, segments: Sequence[Segment], citations: Iterable[Citation]) -> FoundPassage:
    """Return what to store of a passage, and of those ``citations`` that quote it."""
    texts = {segment.number: segment.text for segment in segments}
    quoting = [each for each in citations if each.recording_id == recording.pk and each.segment in texts]
    return FoundPassage(
        recording=recording.pk,
        uuid=str(recording.uuid),
        first=segments[0].number,
        last=segments[-1].number,
        cited=[_place(citation, texts[citation.segment]) for citation in quoting],
    )


def stored_citations(passages: Iterable[FoundPassage]) -> list[Citation]:
    """Return the citations in stored passages, by number. Leave out those whose recording was deleted meanwhile."""
    places = {
        number: (passage["recording"], segment, start, end, shown_at)
        for passage in passages
        for number, segment, start, end, shown_at in passage["cited"]
        if passage["first"] <= segment <= passage["last"]
    }
    segments = _segments({place[:2] for place in places.values()})
    return [
        _citation(number, segments[place[:2]], *place[2:])
        for number, place in sorted(places.items())
        if place[:2] in segments
    ]


def given_citations(passages: Sequence[FoundPassage], first: int) -> list[Citation]:
    """Return what the model got, as sources that its answer does not cite, numbered from ``first`` on.

    Of a recording that was deleted meanwhile nothing is left but its UUID, which tells who heard it.
    """
    segments = _segments({(passage["recording"], passage["first"]) for passage in passages})
    given = []
    for number, passage in enumerate(passages, first):
        segment = segments.get((passage["recording"], passage["first"]))
        if segment:
            given.append(Citation.given(segment.recording, segment, number))
        else:
            uuid = UUID(passage.get("uuid", _UNKNOWN))
            given.append(Citation(number=number, recording_uuid=uuid, segment=passage["first"], cited=False))
    return given


def _place(citation: Citation, text: str) -> list[int]:
    start = max(text.find(citation.excerpt), 0)
    return [citation.number, citation.segment, start, start + len(citation.excerpt), citation.shown_at]


def _segments(places: set[tuple[int, int]]) -> dict[tuple[int, int], Segment]:
    if not places:
        return {}
    wanted = Q()
    for recording, number in places:
        wanted |= Q(recording=recording, number=number)
    found = Segment.objects.filter(wanted).select_related("recording")
    return {(segment.recording_id, segment.number): segment for segment in found}


def _citation(number: int, segment: Segment, start: int, end: int, shown_at: int) -> Citation:
    citation = Citation.quoting(segment.recording, segment, number, segment.text[start:end])
    citation.shown_at = shown_at
    return citation
