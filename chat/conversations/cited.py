"""The citations of turns as a page has them: with their recordings, and the texts of the segments that they quote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery

from ..models import Citation, Many, Prepared, Segment, Turn


def citations_for(turns: Iterable[Turn], reader_id: int) -> defaultdict[int, list[Citation]]:
    """Return the citations of each turn for a reader with, as ``said``, the texts of their segments."""
    citations: defaultdict[int, list[Citation]] = defaultdict(list)
    for citation in _citations.fetch(turns=[turn.pk for turn in turns], reader=reader_id):
        citations[citation.turn_id].append(citation)
    return citations


def _of_turns(turns: Any, reader: Any) -> QuerySet[Citation]:
    cited = Segment.objects.filter(recording=OuterRef("recording"), number=OuterRef("segment")).values("text")
    known = Citation.objects.for_reader(reader).filter(turn__pk__among=turns)
    return known.annotate(said=Subquery(cited[:1])).order_by("turn_id", "number")


_citations = Prepared(_of_turns, turns=Many(BigIntegerField()), reader=BigIntegerField())
