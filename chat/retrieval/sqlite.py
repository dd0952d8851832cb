"""The full text of SQLite: FTS5, which ranks by BM25."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import ceil, expm1, log
from typing import Any

from .proportion import few_to_count, in_proportion
from .reach import EVERYTHING, Reach
from .results import Hit, rows
from .word_index import Term

_SPARE = 1.5
"""How many more hits are ranked than would be enough if those in reach were spread evenly."""
_ALMOST_ALL = 0.8
"""The share from which the few hits out of reach are left out when all are ranked: to look for the byte of each match
costs more then than it saves."""


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
        listed = json.dumps(list(matches))
        if reach.is_everything:
            return dict(rows(_COUNTS, {"matches": listed}))
        enough = few_to_count(reach)
        counted = rows(_COUNTS_IN_REACH, {"matches": listed, "enough": enough, "mask": reach.mask})
        return {match: each if each < enough else in_proportion(of_all, reach) for match, of_all, each in counted}

    def stems(self, beginning: str, reach: Reach) -> dict[str, int]:
        end = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        return dict(rows("SELECT term, doc FROM chat_vocabulary WHERE term >= %s AND term < %s", [beginning, end]))

    def rank(self, terms: Sequence[Term], reach: Reach, limit: int) -> list[Hit]:
        if reach.is_everything or (reach.share < _ALMOST_ALL and not reach.speakers):
            return _ranked(terms, reach, limit)
        if not reach.is_small:
            wanted = ceil(_SPARE * limit / reach.share)
            hits = _ranked(terms, EVERYTHING if reach.share >= _ALMOST_ALL else reach, wanted)
            kept = _kept(hits, reach)
            if len(kept) >= limit or len(hits) < wanted:
                return kept[:limit]
        return _ranked(terms, reach.narrowed() if reach.speakers else reach, limit)


def _ranked(terms: Sequence[Term], reach: Reach, limit: int) -> list[Hit]:
    """Return the best passages of the mask, or of everything; whoever speaks in them."""
    in_reach, mask = ("", {}) if reach.is_everything else (_IN_REACH, {"mask": reach.mask})
    matches = [_TERM.format(number) + in_reach for number in range(len(terms))]
    statement = _MATCHES.format(" UNION ALL ".join(matches)) + _BEST
    parameters: dict[str, Any] = {"limit": limit, **mask}
    for number, term in enumerate(terms):
        parameters |= {f"{name}{number}": value for name, value in _values_of(term).items()}
    return [Hit(*row) for row in rows(statement, parameters)]


def _kept(hits: Sequence[Hit], reach: Reach) -> list[Hit]:
    """Return those of the hits that are in reach, with one of its speakers if it has any."""
    if not reach.speakers:
        return [hit for hit in hits if reach.has(hit.pk)]
    within = _within([hit.pk for hit in hits], reach)
    return [hit for hit in hits if hit.pk in within]


def _within(pks: Sequence[int], reach: Reach) -> set[int]:
    """Return those of the passages that are in reach, with one of its speakers."""
    return {pk for (pk,) in rows(_WITHIN.format(reach.condition), [json.dumps(pks), *reach.parameters])}


_COUNTS = """
    SELECT value, (SELECT COUNT(*) FROM chat_fulltext WHERE chat_fulltext MATCH value) FROM json_each(%(matches)s)"""
_IN_REACH = " AND substr(%(mask)s, rowid, 1) = x'01'"
_COUNTS_IN_REACH = f"""
    SELECT value, (SELECT COUNT(*) FROM chat_fulltext WHERE chat_fulltext MATCH value), (
        SELECT COUNT(*) FROM (
            SELECT 1 FROM chat_fulltext WHERE chat_fulltext MATCH value{_IN_REACH} LIMIT %(enough)s))
    FROM json_each(%(matches)s)"""  # noqa: S608  # our own constant
_WITHIN = "SELECT passage.id FROM chat_indexedpassage passage WHERE id IN (SELECT value FROM json_each(%s)) AND {}"
# bm25() works only in the query with the MATCH, which must stay separate.
_MATCHES = "WITH matches AS MATERIALIZED ({}) "
_TERM = (
    "SELECT rowid AS id, -bm25(chat_fulltext) * %(factor{0})s AS score, %(share{0})s AS share,"
    " %(evidence{0})s AS evidence FROM chat_fulltext WHERE chat_fulltext MATCH %(match{0})s"
)
_BEST = """
    SELECT id, SUM(score), SUM(share), SUM(evidence) FROM matches GROUP BY id ORDER BY 2 DESC, id LIMIT %(limit)s"""


def _values_of(term: Term) -> dict[str, float | str]:
    return {
        "factor": term.strength / _bm25_rarity(term),
        "share": term.share,
        "evidence": term.evidence,
        "match": term.match,
    }


def _bm25_rarity(term: Term) -> float:
    """Return the rarity that ``bm25()`` uses for a word: almost 0 if half of the passages contain it.

    Among the meetings of one team, that would ignore the very words that they are about.
    """
    return max(log(expm1(term.rarity)), 1e-6)
