"""What a search may find in turns whose reader no longer hears all of their sources: only what is not masked."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from ..answers.masking import NOTICES, Hidden, masked
from ..answers.unheard import hidden_in, unheard_answers
from ..models import Citation, Collection, Conversation, DeletedRecording, Quotation, Turn, heard_of
from ..models.heard import has_unheard
from ..models.turns.indexed_turn import plain, searched, source_text
from ..terms import root, words
from .full_text import TURNS
from .marks import Word
from .query import Query

CHECKED = 300
"""Most turns that one search reads to see whether they still have its words: the newest. The others are not found."""

_LISTED = {
    "sqlite": "SELECT value FROM json_each(%s)",
    "postgresql": "SELECT value::bigint FROM json_array_elements_text(%s)",
}


@dataclass(frozen=True)
class HeardTexts:
    """The texts of a turn in the order of its index entry, each with its label, without what is masked."""

    texts: Sequence[tuple[str, str]]
    is_masked: bool

    def found(self, query: Query) -> list[Word]:
        """Return the words of these texts, with those found that belong to a term of the query."""
        wanted = {root(word) for word in query.words}
        return [Word(word, root(word) in wanted) for _, text in self.texts for word in words(text)]

    def has_all(self, query: Query) -> bool:
        """Return whether all terms of the query occur, each in one of the texts."""
        roots = [f" {' '.join(map(root, words(text)))} " for _, text in self.texts]
        terms = [f" {' '.join(map(root, term))} " for term in query.terms]
        return all(any(term in text for text in roots) for term in terms)


def heard_texts(turns: Sequence[Turn], reader_id: int) -> dict[int, HeardTexts]:
    """Return the texts of turns as this reader may find them, by the keys of the turns."""
    citations: defaultdict[int, list[Citation]] = defaultdict(list)
    for citation in Citation.objects.for_reader(reader_id).filter(turn__in=turns).order_by("turn_id", "number"):
        citations[citation.turn_id].append(citation)
    quotations: defaultdict[int, list[Quotation]] = defaultdict(list)
    for quotation in Quotation.objects.hidden_from(reader_id).filter(turn__in=turns):
        quotations[quotation.turn_id].append(quotation)
    heard = heard_of(reader_id, {recording["id"] for turn in turns for recording in turn.recordings})
    unheard = unheard_answers(turns, citations, reader_id)
    hidden = {
        turn.pk: hidden_in(turn, citations[turn.pk], quotations[turn.pk], heard, is_unheard=turn.pk in unheard)
        for turn in turns
    }
    return {turn.pk: _texts(turn, citations[turn.pk], hidden[turn.pk]) for turn in turns}


def no_longer_found(query: Query, conversations: QuerySet[Conversation], reader_id: int) -> list[int]:
    """Return the keys of the turns of these conversations that have the words only where the reader hears nothing."""
    if not query.terms or _hears_everything(reader_id):
        return []
    found = Turn.objects.filter(
        pk__in=TURNS.matching(query.terms), conversation__in=conversations.order_by().values("pk")
    )
    partly_unheard = found.filter(Q(has_unheard(reader_id)) | ~Q(recordings=[])).order_by("-pk")
    keys = list(partly_unheard.values_list("pk", flat=True))
    turns = list(
        Turn.objects.filter(pk__in=keys[:CHECKED]).only("question", "answer", "recordings", "state", "failure")
    )
    still = {pk for pk, texts in heard_texts(turns, reader_id).items() if texts.has_all(query)}
    return [pk for pk in keys if pk not in still]


def listed(keys: Sequence[int]) -> RawSQL:
    """Return keys as a subquery with one parameter, however many they are."""
    return RawSQL(_LISTED[connection.vendor], [json.dumps(keys)])  # noqa: S611  # the keys are a parameter


def _hears_everything(reader_id: int) -> bool:
    """Return whether there is nothing that this reader does not hear, as where everyone hears everything."""
    unheard = Collection.objects.exclude(pk__in=Collection.objects.heard_by(reader_id).values("pk"))
    return not (unheard.exists() or DeletedRecording.objects.filter(collection=None).exists())


def _texts(turn: Turn, citations: Sequence[Citation], hidden: Hidden) -> HeardTexts:
    answer = masked(turn.answer, hidden, is_broken=not turn.is_complete)
    for notice in NOTICES if hidden else ():
        answer = answer.replace(notice, "…")
    shown = searched(citations, is_complete=turn.is_complete)
    sources = [("Source", source_text(citation)) for citation in shown if citation.is_heard]
    return HeardTexts([("Question", turn.question), ("Answer", plain(answer)), *sources], is_masked=bool(hidden))
