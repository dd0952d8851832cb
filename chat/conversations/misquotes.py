"""The quotations of turns for a reader, and what the page says of those that are not what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet

from ..answers.masking import Mask, place_beside
from ..answers.quotations import letters_of
from ..display import shown
from ..models import Fidelity, Many, Prepared, Quotation, Turn
from .markup.misquotes import Misquote


def telling_of_quotations(turns: QuerySet[Turn]) -> QuerySet[Turn]:
    """Return turns with ``has_quotations``: most pages have none, and need no query for them."""
    return turns.annotate(has_quotations=Exists(Quotation.objects.filter(turn=OuterRef("pk"))))


def quotations_for(turns: Iterable[Turn], reader_id: int) -> defaultdict[int, list[Quotation]]:
    """Return the quotations of each turn, of which it is known whether the reader hears them."""
    quotations: defaultdict[int, list[Quotation]] = defaultdict(list)
    quoting = [turn.pk for turn in turns if getattr(turn, "has_quotations", True)]
    for quotation in _quotations.fetch(turns=quoting, reader=reader_id) if quoting else ():
        quotations[quotation.turn_id].append(quotation)
    return quotations


def shown_beside(masks: Sequence[Mask], quotations: Iterable[Quotation]) -> list[Quotation]:
    """Return the quotations that may be shown, with their places in the answer as it is shown with these masks."""
    moved = ((each, place_beside(masks, each.begin, each.end)) for each in quotations if each.may_be_shown)
    return [each.moved(place[0] - each.begin) for each, place in moved if place]


def misquotes_in(answer: str, quotations: Iterable[Quotation]) -> list[Misquote]:
    """Return what is said of the quotations in an answer that are not what was said."""
    return [
        Misquote(answer[each.begin : each.end], *said_of(each, answer))
        for each in quotations
        if each.fidelity != Fidelity.SAME
    ]


def said_of(quotation: Quotation, answer: str) -> tuple[str, str]:
    """Return what is said of a misquotation, and the words of the transcript that are shown beside it."""
    speaker = shown(quotation.speaker)
    if quotation.fidelity == Fidelity.NOT_FOUND:
        return Fidelity.NOT_FOUND.label, ""
    if speaker and letters_of(answer[quotation.begin : quotation.end]) in letters_of(quotation.words):
        return f"said by {speaker} in the transcript", ""
    who = f", where {speaker} says" if speaker else ""
    return f"{Fidelity.DIFFERS.label}{who}", shown(quotation.words)


def _of_turns(turns: Any, reader: Any) -> QuerySet[Quotation]:
    return Quotation.objects.for_reader(reader).filter(turn__pk__among=turns).order_by("turn_id", "begin")


_quotations = Prepared(_of_turns, turns=Many(BigIntegerField()), reader=BigIntegerField())
