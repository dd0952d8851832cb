"""Quotations of what was said in a recording, but not in the passages of it that the model was given.

A model may quote what an earlier answer has quoted. Only what the whole recording does not have is not found in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ..models import Citation, Fidelity, Quotation, Recording, Segment
from ..passages import Passage
from .comparing import found_among
from .quotations import Quote, letters_of, quotes_in


def misquotes_among(quotations: Sequence[Quotation]) -> set[int]:
    """Return where the quotations begin that are not as they were said in the passages."""
    return {each.begin for each in quotations if each.fidelity != Fidelity.SAME}


def found_elsewhere(
    answer: str,
    quotations: Sequence[Quotation],
    passages: Sequence[Passage],
    citations: Sequence[Citation],
    user_id: int,
) -> list[Quotation]:
    """Return the quotations of an answer, those as the same whose words are elsewhere in the recordings.

    Read the database: what the user hears now of the recordings of these passages.
    """
    begins = misquotes_among(quotations)
    quotes = [quote for quote in quotes_in(answer) if quote.start in begins]
    whole = [recording for recording in _whole(passages, user_id) if _may_have(recording, quotes)]
    found = {each.begin: each for each in found_among(answer, whole, citations, begins)} if whole else {}
    return [found.get(each.begin, each) if each.is_marked else each for each in quotations]


def _whole(passages: Sequence[Passage], user_id: int) -> Iterator[Passage]:
    """Yield each recording as one passage."""
    recordings = {passage.recording.pk: passage.recording for passage in passages}
    columns = ("recording_id", "number", "speaker", "text")
    said = Segment.objects.filter(
        recording__in=Recording.objects.heard_by(user_id).filter(pk__in=recordings).order_by().values("pk")
    )
    said_in_order = said.order_by("recording_id", "number").values_list(*columns)
    for key, rows in groupby(said_in_order, key=lambda row: row[0]):
        segments = (Segment(recording_id=key, number=number, speaker=who, text=text) for _, number, who, text in rows)
        yield Passage(recordings[key], tuple(segments), 0.0, 0.0)


def _may_have(recording: Passage, quotes: Sequence[Quote]) -> bool:
    """Return whether a recording has the letters of a quotation, whoever says them."""
    letters = letters_of(" ".join(segment.text for segment in recording.segments))
    return any(all(part.letters in letters for part in quote.parts) for quote in quotes)
