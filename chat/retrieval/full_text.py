"""Full-text search in the database in use: which terms to search for, and how much each of them counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from django.db import DatabaseError

from ..database import in_database, persist
from ..errors import RetrievalFailed
from ..models import Scope
from ..passages import Passage
from ..terms import Asking, words
from .overview import overview
from .reach import Area, Reach
from .reranking import FIRST, reranked
from .results import MIN_RELEVANCE, RAREST, Hit, judged, passages_of, pool_for
from .spoken import CANDIDATES, by_speech, speech_of
from .vocabulary import Vocabulary
from .word_index import Index, Term

TERMS = 32
"""Terms that passages are ranked by: the rarest of the words of a query."""
_DOUBT = 0.5  # how much a similar spelling counts


@dataclass(frozen=True)
class FullText:
    """Retrieval by words: the rarer a word, the more it counts."""

    index: Index

    async def retrieve(self, query: str, *, scope: Scope, limit: int) -> list[Passage]:
        return await persist(lambda: in_database(self._search, query, scope, limit))

    def hits(self, query: str, area: Area, limit: int) -> list[Hit]:
        """Return enough hits for ``limit`` passages: first those that may answer, of both the best first.

        How common a word is, and which words are spelled like it, is counted in all that the user hears, and in nothing
        else. Raise ``DatabaseError``.
        """
        query_words = list(dict.fromkeys(words(query)))
        if not query_words or limit < 1:
            return []
        asking = Asking.of(query_words, area.chosen.spoken)
        if not asking.informative(query_words):
            return overview(area.scope, limit, relevance=0.0 if asking.stop_words.issuperset(query_words) else 1.0)
        vocabulary = Vocabulary(self.index, area.heard, asking)
        all_terms = vocabulary.look_up(query_words)
        terms = _affordable(all_terms, self.index.rows_at_once * area.heard.share / self.index.cost(area.chosen))
        missing = [term for term in all_terms if not term.count and not term.compound]
        weighed = _weigh(terms, missing)
        if hits := self._ordered(weighed, area.chosen, max(FIRST, pool_for(limit))):
            return sorted(judged(hits), key=lambda hit: hit.relevance < MIN_RELEVANCE)
        return self._rank(vocabulary.nearby(asking.informative(query_words)), area.chosen, pool_for(limit))

    def _ordered(self, terms: Sequence[Term], reach: Reach, pool: int) -> list[Hit]:
        """Return the best hits, without those that mention only asking words of the query."""
        if not reach.speakers:
            return reranked([hit for hit in self._rank(terms, reach, pool) if hit.relevance > 0], terms)
        hits = [hit for hit in self._rank(terms, reach, max(pool, CANDIDATES)) if hit.relevance > 0]
        speeches = speech_of(hits, reach.speakers, terms)
        said, others = by_speech(hits, terms, speeches)
        said = reranked(said, terms, {pk: speech.said for pk, speech in speeches.items()})
        return [*said, *others][:pool]

    def _search(self, query: str, scope: Scope, limit: int) -> list[Passage]:
        try:
            return passages_of(self.hits(query, Area.of(scope), limit), scope, limit)
        except DatabaseError as error:
            raise RetrievalFailed("could not search the full text") from error

    def _rank(self, terms: Sequence[Term], reach: Reach, pool: int) -> list[Hit]:
        return self.index.rank(terms, reach, pool) if terms else []


def _affordable(terms: Sequence[Term], rows: float) -> list[Term]:
    """Return the rarest terms that occur at all: as many as match ``rows`` passages together, but at least one."""
    rarest = sorted((term for term in terms if term.count), key=lambda term: term.count)[:TERMS]
    sums = accumulate(term.count for term in rarest)
    return [
        term for index, (term, matches) in enumerate(zip(rarest, sums, strict=True)) if not index or matches <= rows
    ]


def _weigh(terms: Sequence[Term], missing: Sequence[Term]) -> list[Term]:
    """Return the terms with their shares of a question that also has the missing terms, and with their evidence."""
    asked = [term for term in (*terms, *missing) if not term.compound and not term.is_part]
    whole = sum(term.weight for term in asked) or 1.0
    rarest = min((term.written for term in asked if term.weight), default=0)
    return [
        replace(
            term,
            share=term.weight / whole * (_DOUBT if term.is_doubtful or term.is_part else 1.0),
            evidence=_evidence(term, rarest),
        )
        for term in terms
    ]


def _evidence(term: Term, rarest: int) -> int:
    """Return what a mention of the term proves; the rarest word of the question is in ``rarest`` passages."""
    if not term.weight:
        return 0
    is_rarest = term.count == rarest and not term.is_doubtful and not term.is_part
    return RAREST if term.compound or is_rarest else 1
