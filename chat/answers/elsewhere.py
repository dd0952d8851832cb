"""Quotations of what was said in a recording, but not in the passages of it that the model was given.

A model may quote what an earlier answer has quoted. Only what the whole recording does not have is not found in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

from django.db.models import QuerySet, Sum
from django.db.models.functions import Length

from ..models import Citation, Fidelity, Quotation, Recording, Segment
from ..passages import Passage
from .comparing import found_among
from .quotations import Quote, letters_of, quotes_in

MOST = 20_000_000
"""Characters of recordings that are looked through, each as often as there are parts of quotations to look for."""


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

    Read the database: what the user hears now of the recordings of these passages. If that is more than ``MOST``, the
    quotations that are not in what fits are left out: nobody has looked whether they were said.
    """
    begins = misquotes_among(quotations)
    quotes = [quote for quote in quotes_in(answer) if quote.start in begins]
    heard = _heard(passages, user_id)
    read = _fitting(heard, MOST // max(sum(len(quote.parts) for quote in quotes), 1))
    whole = [recording for recording in _whole(passages, read, user_id) if _may_have(recording, quotes)]
    found = {each.begin: each for each in found_among(answer, whole, citations, begins)} if whole else {}
    judged = [found.get(each.begin, each) if each.is_marked else each for each in quotations]
    return judged if len(read) == len(heard) else [each for each in judged if each.fidelity == Fidelity.SAME]


def _heard(passages: Sequence[Passage], user_id: int) -> list[tuple[int, int]]:
    """Return the recordings of passages that the user hears, in this order, each with the number of its characters."""
    recordings = list(dict.fromkeys(passage.recording.pk for passage in passages))
    said = _said(recordings, user_id).order_by().values("recording_id")
    sizes = dict(said.annotate(size=Sum(Length("text"))).values_list("recording_id", "size"))
    return [(key, sizes[key]) for key in recordings if key in sizes]


def _said(recordings: Sequence[int], user_id: int) -> QuerySet[Segment]:
    """Return what was said in those of these recordings that the user hears."""
    return Segment.objects.filter(
        recording__in=Recording.objects.heard_by(user_id).filter(pk__in=recordings).order_by().values("pk")
    )


def _fitting(recordings: Sequence[tuple[int, int]], most: int) -> list[int]:
    """Return the first recordings that have no more than so many characters together."""
    sizes = accumulate(size for _, size in recordings)
    return [key for (key, _), end in zip(recordings, sizes, strict=True) if end <= most]


def _whole(passages: Sequence[Passage], read: Sequence[int], user_id: int) -> Iterator[Passage]:
    """Yield each of these recordings as one passage, unless it is not heard any more."""
    recordings = {passage.recording.pk: passage.recording for passage in passages}
    columns = ("recording_id", "number", "speaker", "text")
    said_in_order = _said(read, user_id).order_by("recording_id", "number").values_list(*columns)
    for key, rows in groupby(said_in_order, key=lambda row: row[0]):
        segments = (Segment(recording_id=key, number=number, speaker=who, text=text) for _, number, who, text in rows)
        yield Passage(recordings[key], tuple(segments), 0.0, 0.0)


def _may_have(recording: Passage, quotes: Sequence[Quote]) -> bool:
    """Return whether a recording has the letters of a quotation, whoever says them."""
    letters = letters_of(" ".join(segment.text for segment in recording.segments))
    return any(all(part.letters in letters for part in quote.parts) for quote in quotes)
