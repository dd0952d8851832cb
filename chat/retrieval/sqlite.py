"""The full text of SQLite: FTS5, which ranks by BM25."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from math import ceil, expm1, log

from .proportion import few_to_count, in_proportion
from .reach import EVERYTHING, Reach
from .results import Hit, rows
from .word_index import Term

_SPARE = 1.5
"""How many more hits are ranked than would be enough if those in reach were spread evenly."""


class SQLiteIndex:
    """``full_text.Index`` by the tables of the migrations that name ``chat_fulltext``."""

    rows_at_once = 12_000

    def cost(self, reach: Reach) -> float:
        """Return less for a small reach: a match that is not in it costs less, but not nothing."""
        return 0.4 + reach.share if reach.is_small else 1.0

    def counts(self, matches: Sequence[str], reach: Reach) -> dict[str, int]:
        """Return how many passages in reach each search finds: exactly, or if they are many in proportion to all."""
        if not matches:
            return {}
        if not reach.is_everything:
            return _in_proportion(matches, reach)
        count = "SELECT %s, COUNT(*) FROM chat_fulltext WHERE chat_fulltext MATCH %s"
        parameters = [parameter for match in matches for parameter in (match, match)]
        return dict(rows(" UNION ALL ".join([count] * len(matches)), parameters))

    def stems(self, beginning: str, reach: Reach) -> dict[str, int]:
        end = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        return dict(rows("SELECT term, doc FROM chat_vocabulary WHERE term >= %s AND term < %s", [beginning, end]))

    def rank(self, terms: Sequence[Term], reach: Reach, limit: int) -> list[Hit]:
        if reach.is_everything or reach.is_small:
            return _ranked(terms, reach, limit)
        wanted = ceil(_SPARE * limit / reach.share)
        hits = _ranked(terms, EVERYTHING, wanted)
        within = _within([hit.pk for hit in hits], reach)
        kept = [hit for hit in hits if hit.pk in within]
        return kept[:limit] if len(kept) >= limit or len(hits) < wanted else _ranked(terms, reach, limit)


def _ranked(terms: Sequence[Term], reach: Reach, limit: int) -> list[Hit]:
    in_reach = "" if reach.is_everything else _IN_REACH
    matches = [_TERM + in_reach] * len(terms)
    listed = "" if reach.is_everything else _REACH.format(reach.condition)
    statement = "".join(["WITH ", listed, _MATCHES.format(" UNION ALL ".join(matches)), _BEST])
    parameters = [*reach.parameters, *chain.from_iterable(map(_parameters, terms)), limit]
    return [Hit(*row) for row in rows(statement, parameters)]


def _within(pks: Sequence[int], reach: Reach) -> set[int]:
    """Return those of the passages that are in reach."""
    return {pk for (pk,) in rows(_WITHIN.format(reach.condition), [json.dumps(pks), *reach.parameters])}


def _in_proportion(matches: Sequence[str], reach: Reach) -> dict[str, int]:
    """Return how many passages in reach have each word; none if it is nowhere in reach, however common elsewhere."""
    enough = few_to_count(reach)
    parameters = [*reach.parameters, enough, json.dumps(list(matches))]
    counted = rows(_COUNTS_IN_REACH.format(reach.condition), parameters)
    return {match: each if each < enough else in_proportion(of_all, reach) for match, of_all, each in counted}


_COUNTS_IN_REACH = """
    SELECT value, (SELECT COUNT(*) FROM chat_fulltext WHERE chat_fulltext MATCH value), (
        SELECT COUNT(*) FROM (
            SELECT 1 FROM chat_fulltext CROSS JOIN chat_indexedpassage passage ON passage.id = chat_fulltext.rowid
            WHERE chat_fulltext MATCH value AND {} LIMIT %s))
    FROM json_each(%s)"""
_WITHIN = "SELECT passage.id FROM chat_indexedpassage passage WHERE id IN (SELECT value FROM json_each(%s)) AND {}"
_REACH = "reach AS MATERIALIZED (SELECT passage.id FROM chat_indexedpassage passage WHERE {}), "
_MATCHES = "matches AS MATERIALIZED ({}) "  # bm25() works only in the query with the MATCH, which must stay separate
_TERM = (
    "SELECT rowid AS id, -bm25(chat_fulltext) * %s AS score, %s AS share, %s AS evidence"
    " FROM chat_fulltext WHERE chat_fulltext MATCH %s"
)
_IN_REACH = " AND +id IN (SELECT id FROM reach)"  # the plus makes reach filter the matches, not drive the search
_BEST = "SELECT id, SUM(score), SUM(share), SUM(evidence) FROM matches GROUP BY id ORDER BY 2 DESC, id LIMIT %s"


def _parameters(term: Term) -> list[float | str]:
    return [term.strength / _bm25_rarity(term), term.share, term.evidence, term.match]


def _bm25_rarity(term: Term) -> float:
    """Return the rarity that ``bm25()`` uses for a word: almost 0 if half of the passages contain it.

    Among the meetings of one team, that would ignore the very words that they are about.
    """
    return max(log(expm1(term.rarity)), 1e-6)
