"""Full-text search in the database in use: which terms to search for, and how much each of them counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches
from itertools import accumulate
from math import log, sqrt
from typing import Protocol
from uuid import UUID

from django.db import DatabaseError

from ..database import in_database, persist
from ..errors import RetrievalFailed
from ..models import IndexedPassage
from ..passages import Passage
from ..terms import ASKING_WORDS, STOP_WORDS, informative, is_compound, root, words
from .overview import overview
from .reranking import FIRST, reranked
from .results import MIN_RELEVANCE, RAREST, Hit, judged, passages_of, pool_for, scope_of

QUESTION_WORDS = 128
"""Distinct words of a query that are looked up: the first ones."""
TERMS = 32
"""Terms that passages are ranked by: the rarest of those words."""
UNSEEN = 50
"""Passages that a library is assumed to have besides its own when the rarity of a word is computed."""
SPELLINGS = 3
"""Words in no passage for which a similar spelling is looked up: each lookup costs milliseconds."""
_TWO_WORDS = 20  # letters of the longest word that is looked up as two
_BEGINNING = 3  # letters that a similar spelling must begin with, as the word does
_ENDING = 3  # letters that stemming may have cut off a word; the stem keeps more than that
_DERIVING = ("ation", "ment", "ness", "ance", "ence", "able", "less", "ship", "ity")  # quotation, of quote
_SAME_WORD = 0.82  # similarity (0 to 1, by difflib) of a typing error; that of "hello" and "helpo" is 0.8
_NEARBY = 0.6  # similarity of the words that are searched when nothing else was found
_DOUBT = 0.5  # how much a similar spelling counts


@dataclass(frozen=True)
class Term:
    """A search term: a word or, with ``stem``, an entry of the index that is spelled like one.

    ``count`` passages mention it; ``rarity`` is its inverse document frequency. ``share`` is the part of the question
    that a passage covers by mentioning it, and ``evidence`` what that proves: see ``results.judged``. A ``compound`` is
    the second spelling of words that are terms themselves. It ``is_doubtful`` whether a similar spelling is the word.
    """

    text: str
    count: int
    rarity: float
    share: float = 0.0
    evidence: int = 0
    stem: bool = False
    compound: bool = False
    is_doubtful: bool = False

    @property
    def written(self) -> int:
        """How many passages mention the word as it is written in the question."""
        return 0 if self.is_doubtful else self.count

    @property
    def weight(self) -> float:
        """How much the term matters to the question. The square root keeps one rare word from deciding alone."""
        return 0.0 if self.text in ASKING_WORDS else sqrt(self.rarity)


class Index(Protocol):
    """The full text of one kind of database. A scope is a list of primary keys of recordings, or None for all."""

    rows_at_once: int
    """Matches that can be ranked well within the time limit of a search."""

    def total(self) -> int:
        """Return the number of passages, or an estimate."""

    def counts(self, words: Sequence[str]) -> dict[str, int]:
        """Return how many passages contain each word in any of its forms; may stop counting above ``rows_at_once``."""

    def stems(self, beginning: str) -> dict[str, int]:
        """Return the entries of the index with this beginning, each with the number of its passages or an estimate."""

    def rank(self, terms: Sequence[Term], scope: Sequence[int] | None, limit: int) -> list[Hit]:
        """Return the best passages that mention any of the terms, the best first."""


@dataclass(frozen=True)
class FullText:
    """Retrieval by words: the rarer a word, the more it counts."""

    index: Index

    async def retrieve(self, query: str, *, recordings: Sequence[UUID] = (), limit: int) -> list[Passage]:
        return await persist(lambda: in_database(self._search, query, recordings, limit))

    def hits(self, query: str, scope: Sequence[int] | None, limit: int) -> list[Hit]:
        """Return enough hits for ``limit`` passages: first those that may answer, of both the best first.

        Raise ``DatabaseError``.
        """
        query_words = list(dict.fromkeys(words(query)))
        if not query_words or limit < 1:
            return []
        if not informative(query_words):
            return overview(scope, limit, relevance=0.0 if STOP_WORDS.issuperset(query_words) else 1.0)
        total = self.index.total()
        all_terms = self._look_up(query_words, total)
        terms = _affordable(all_terms, self.index.rows_at_once / _share(scope, total))
        missing = [term for term in all_terms if not term.count and not term.compound]
        weighed = _weigh(terms, missing)
        hits = self._rank(weighed, scope, max(FIRST, pool_for(limit)))
        related = [hit for hit in hits if hit.relevance > 0]  # the rest mentions only asking words of the query
        if related:
            ordered = judged(reranked(related, weighed))
            return sorted(ordered, key=lambda hit: hit.relevance < MIN_RELEVANCE)
        return self._rank(self._nearby(informative(query_words), total), scope, pool_for(limit))

    def _search(self, query: str, recordings: Sequence[UUID], limit: int) -> list[Passage]:
        try:
            scope = scope_of(recordings)
            return passages_of(self.hits(query, scope, limit), scope, limit)
        except DatabaseError as error:
            raise RetrievalFailed("could not search the full text") from error

    def _rank(self, terms: Sequence[Term], scope: Sequence[int] | None, pool: int) -> list[Hit]:
        return self.index.rank(terms, scope, pool) if terms else []

    def _look_up(self, query_words: Sequence[str], total: int) -> list[Term]:
        """Return the terms of a query. A word that is in no passage is looked up as two words, or by its spelling."""
        searched = [word for word in query_words if word not in STOP_WORDS][:QUESTION_WORDS]
        counts = self.index.counts(searched)
        compounds = {word for i, word in enumerate(query_words) if is_compound(word, query_words[:i])}
        unknown = [word for word in informative(searched) if not counts[word] and word not in compounds][:SPELLINGS]
        others = {word: self._otherwise(word, total) for word in unknown}
        return [
            others.get(word) or replace(_term(word, counts[word], total), compound=word in compounds)
            for word in searched
        ]

    def _otherwise(self, word: str, total: int) -> Term | None:
        """Return the term for a word that is in no passage: two words written as one, or a similar spelling."""
        phrases = [f"{word[:i]} {word[i:]}" for i in range(2, len(word) - 1)] if len(word) <= _TWO_WORDS else []
        phrases = [phrase for phrase in phrases if STOP_WORDS.isdisjoint(phrase.split())]
        counts = self.index.counts(phrases)
        if counts and (best := max(counts, key=lambda phrase: counts[phrase])) and counts[best]:
            return _term(best, counts[best], total)
        return next(iter(self._spellings(word, total, most=1, likeness=_SAME_WORD)), None)

    def _nearby(self, query_words: Sequence[str], total: int) -> list[Term]:
        """Return terms spelled a little like the words of a query that found nothing."""
        first_words = query_words[:SPELLINGS]
        return [term for word in first_words for term in self._spellings(word, total, most=5, likeness=_NEARBY)]

    def _spellings(self, word: str, total: int, *, most: int, likeness: float) -> list[Term]:
        """Return the entries of the index spelled most like a word, apart from endings that stemming cuts off."""
        if word.isascii() and len(word) <= _BEGINNING:
            return []
        whole = root(word)
        stems = self.index.stems(whole[:_BEGINNING])
        completed = {_completed(stem, whole): stem for stem in stems}
        near = [completed[spelling] for spelling in get_close_matches(whole, completed, n=most, cutoff=likeness)]
        near = [stem for stem in near if _begins_like(whole, stem, likeness)]
        return [
            replace(_term(stem, stems[stem], total), stem=True, is_doubtful=not _derives(whole, stem)) for stem in near
        ]


def _completed(stem: str, word: str) -> str:
    """Return the stem with the ending of the word, if stemming may have cut that off: translat, translation."""
    if _derives(word, stem):
        return word
    ending = word[len(stem) :]
    return stem + ending if len(ending) <= _ENDING < len(stem) else stem


def _derives(word: str, stem: str) -> bool:
    """Return whether a word is made of a stem and an ending that stemming leaves: quotation, of quote."""
    return word.startswith(stem) and len(stem) > _ENDING and word.removeprefix(stem) in _DERIVING


def _begins_like(word: str, stem: str, likeness: float) -> bool:
    """Return whether a stem is as much like the beginning of the word as its completion is like the whole."""
    return len(stem) > _BEGINNING and SequenceMatcher(None, word[: len(stem)], stem).ratio() >= likeness


def _share(scope: Sequence[int] | None, total: int) -> float:
    """Return the share of passages in scope, plus a little: a match out of scope costs less, but not nothing."""
    if scope is None or not total:
        return 1.0
    return min(1.0, 0.2 + IndexedPassage.objects.filter(recording__in=scope).count() / total)


def _term(text: str, count: int, total: int) -> Term:
    """Return a term with its inverse document frequency as in BM25 (Robertson and Zaragoza 2009), never negative.

    It is computed as if ``UNSEEN`` more passages lacked the word: then a name that occurs in all of three recordings
    still counts as rare, and in a large library it makes no difference.
    """
    rarity = log(1 + (max(total - count, 0) + UNSEEN + 0.5) / (count + 0.5))
    return Term(text, count, rarity)


def _affordable(terms: Sequence[Term], rows: float) -> list[Term]:
    """Return the rarest terms that occur at all: as many as match ``rows`` passages together, but at least one."""
    rarest = sorted((term for term in terms if term.count), key=lambda term: term.count)[:TERMS]
    sums = accumulate(term.count for term in rarest)
    return [
        term for index, (term, matches) in enumerate(zip(rarest, sums, strict=True)) if not index or matches <= rows
    ]


def _weigh(terms: Sequence[Term], missing: Sequence[Term]) -> list[Term]:
    """Return the terms with their shares of a question that also has the missing terms, and with their evidence."""
    asked = [term for term in (*terms, *missing) if not term.compound]
    whole = sum(term.weight for term in asked) or 1.0
    rarest = min((term.written for term in asked if term.weight), default=0)
    return [
        replace(
            term, share=term.weight / whole * (_DOUBT if term.is_doubtful else 1.0), evidence=_evidence(term, rarest)
        )
        for term in terms
    ]


def _evidence(term: Term, rarest: int) -> int:
    """Return what a mention of the term proves; the rarest word of the question is in ``rarest`` passages."""
    if not term.weight:
        return 0
    return RAREST if term.compound or (term.count == rarest and not term.is_doubtful) else 1
