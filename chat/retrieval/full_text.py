"""Search in the full text of the database in use: what to look for, and how much each word of the question counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import accumulate
from math import log, sqrt
from typing import Protocol
from uuid import UUID

from django.db import DatabaseError

from ..database import in_database, persist
from ..errors import RetrievalFailed
from ..models import IndexedPassage
from ..passages import Passage
from ..terms import ASKING_WORDS, STOP_WORDS, informative, root, words
from .overview import overview
from .results import Hit, passages_of, pool_for, scope_of

QUESTION_WORDS = 128
"""Different words of a query that are looked up; the others come too late in it."""
TERMS = 32
"""Words that are ranked by: the rarest of those."""
UNSEEN = 50
"""Passages that a library is taken to have besides its own, when the rarity of a word is judged."""
SPELLINGS = 3
"""Words that stand nowhere and get a near spelling looked up: each look costs milliseconds."""
_BEGINNING = 3  # letters that a near spelling has in common with the word
_ENDING = 3  # letters that stemming may have cut off a word; it leaves more than that
_SAME_WORD = 0.82  # likeness (0..1, of difflib) of a typing error; "hello" and "helpo" have 0.8
_NEARBY = 0.6  # likeness of what is shown when nothing else is left
_DOUBT = 0.5  # how much a near spelling counts


@dataclass(frozen=True)
class Term:
    """What to look for: a word or, with ``stem``, an entry of the index that is spelled like one.

    ``count`` passages mention it; ``rarity`` is its inverse document frequency. ``share`` is how much of the question
    a passage covers by mentioning it; the shares of all terms sum up to 1 at the most.
    """

    text: str
    count: int
    rarity: float
    share: float = 0.0
    stem: bool = False

    @property
    def weight(self) -> float:
        """How much it matters to the question. The root keeps one rare word from deciding alone."""
        return 0.0 if self.text in ASKING_WORDS else sqrt(self.rarity)


class Index(Protocol):
    """The full text of one kind of database. A scope is the primary keys of recordings, None for all of them."""

    rows_at_once: int
    """Matches that are ranked well within the time that a search may take."""

    def total(self) -> int:
        """The number of passages, which may be an estimate."""

    def counts(self, words: Sequence[str]) -> dict[str, int]:
        """In how many passages each word stands, in any of its forms; more than ``rows_at_once`` need not be told."""

    def stems(self, beginning: str) -> dict[str, int]:
        """Entries of the index that begin so, each with the number of its passages, which may be an estimate."""

    def rank(self, terms: Sequence[Term], scope: Sequence[int] | None, limit: int) -> list[Hit]:
        """The best passages that mention any of the terms, the best first."""


@dataclass(frozen=True)
class FullText:
    """Retrieval by words: the rarer a word, the more it counts."""

    index: Index

    async def retrieve(self, query: str, *, recordings: Sequence[UUID] = (), limit: int) -> list[Passage]:
        """As ``Retriever.retrieve`` says."""
        return await persist(lambda: in_database(self._search, query, recordings, limit))

    def hits(self, query: str, scope: Sequence[int] | None, limit: int) -> list[Hit]:
        """Enough hits to make ``limit`` passages of, the best first. Raises ``DatabaseError``."""
        asked = list(dict.fromkeys(words(query)))
        if not asked or limit < 1:
            return []
        if not informative(asked):
            return overview(scope, limit, relevance=0.0 if STOP_WORDS.issuperset(asked) else 1.0)
        total = self.index.total()
        found = self._look_up(asked, total)
        terms = _affordable(found, self.index.rows_at_once / _share(scope, total))
        missing = [term for term in found if not term.count]
        hits = self._rank(_weigh(terms, missing), scope, pool_for(limit))
        related = [hit for hit in hits if hit.relevance > 0]  # the others share but asking words with the question
        return related or self._rank(self._nearby(informative(asked), total), scope, pool_for(limit))

    def _search(self, query: str, recordings: Sequence[UUID], limit: int) -> list[Passage]:
        try:
            scope = scope_of(recordings)
            return passages_of(self.hits(query, scope, limit), scope, limit)
        except DatabaseError as error:
            raise RetrievalFailed("the full text could not be searched") from error

    def _rank(self, terms: Sequence[Term], scope: Sequence[int] | None, pool: int) -> list[Hit]:
        return self.index.rank(terms, scope, pool) if terms else []

    def _look_up(self, asked: Sequence[str], total: int) -> list[Term]:
        """The terms of a question; a word that stands nowhere becomes a near spelling that does, if there is one."""
        searched = [word for word in asked if word not in STOP_WORDS][:QUESTION_WORDS]
        counts = self.index.counts(searched)
        unknown = [word for word in informative(searched) if not counts[word]][:SPELLINGS]
        spellings = {word: self._spellings(word, total, most=1, likeness=_SAME_WORD) for word in unknown}
        return [next(iter(spellings.get(word, ())), _term(word, counts[word], total)) for word in searched]

    def _nearby(self, asked: Sequence[str], total: int) -> list[Term]:
        """What is spelled a little like the words of a question of which nothing was found."""
        return [term for word in asked[:SPELLINGS] for term in self._spellings(word, total, most=5, likeness=_NEARBY)]

    def _spellings(self, word: str, total: int, *, most: int, likeness: float) -> list[Term]:
        """The entries of the index that are spelled most like a word, but for the endings that stemming cuts off."""
        if word.isascii() and len(word) <= _BEGINNING:
            return []
        whole = root(word)
        stems = self.index.stems(whole[:_BEGINNING])
        completed = {_completed(stem, whole): stem for stem in stems}
        near = [completed[spelling] for spelling in get_close_matches(whole, completed, n=most, cutoff=likeness)]
        return [_term(stem, stems[stem], total, stem=True) for stem in near]


def _completed(stem: str, word: str) -> str:
    """The stem with the ending of the word, if stemming can have cut it off: translat, translation."""
    ending = word[len(stem) :]
    return stem + ending if len(ending) <= _ENDING < len(stem) else stem


def _share(scope: Sequence[int] | None, total: int) -> float:
    """How much of all passages is in scope, and a little more: a match outside costs less, but not nothing."""
    if scope is None or not total:
        return 1.0
    return min(1.0, 0.2 + IndexedPassage.objects.filter(recording__in=scope).count() / total)


def _term(text: str, count: int, total: int, *, stem: bool = False) -> Term:
    """Inverse document frequency as in BM25 (Robertson and Zaragoza 2009), in the form that is never negative.

    As if there were ``UNSEEN`` passages more without the word: in a library of three recordings a name that stands in
    all of them is rare all the same, and in a large one it makes no difference.
    """
    rarity = log(1 + (max(total - count, 0) + UNSEEN + 0.5) / (count + 0.5))
    return Term(text, count, rarity, stem=stem)


def _affordable(terms: Sequence[Term], rows: float) -> list[Term]:
    """The rarest of the terms that stand somewhere, as many as have this many matches together, but one at least."""
    known = sorted((term for term in terms if term.count), key=lambda term: term.count)[:TERMS]
    sums = accumulate(term.count for term in known)
    return [term for place, (term, matches) in enumerate(zip(known, sums, strict=True)) if not place or matches <= rows]


def _weigh(terms: Sequence[Term], missing: Sequence[Term]) -> list[Term]:
    """The terms with their shares, of a question in which others are missing."""
    whole = sum(term.weight for term in (*terms, *missing)) or 1.0
    return [replace(term, share=term.weight / whole * (_DOUBT if term.stem else 1.0)) for term in terms]
