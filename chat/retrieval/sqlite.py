"""The full text of SQLite: FTS5, which stems English words and ranks by BM25."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import expm1, log

from .full_text import Term
from .results import Hit, rows


class SQLiteIndex:
    """``full_text.Index`` by the tables of migration 0003."""

    rows_at_once = 12_000

    def total(self) -> int:
        [(total,)] = rows("SELECT COUNT(*) FROM chat_indexedpassage", [])
        return int(total)

    def counts(self, words: Sequence[str]) -> dict[str, int]:
        count = "SELECT %s, COUNT(*) FROM chat_fulltext WHERE chat_fulltext MATCH %s"
        parameters = [parameter for word in words for parameter in (word, _quoted(word))]
        return dict(rows(" UNION ALL ".join([count] * len(words)), parameters)) if words else {}

    def stems(self, beginning: str) -> dict[str, int]:
        end = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        return dict(rows("SELECT term, doc FROM chat_vocabulary WHERE term >= %s AND term < %s", [beginning, end]))

    def rank(self, terms: Sequence[Term], scope: Sequence[int] | None, limit: int) -> list[Hit]:
        in_scope = "" if scope is None else _IN_SCOPE
        matches = [(_STEM if term.stem else _WORD) + in_scope for term in terms]
        scoped = "" if scope is None else _SCOPE.replace("(?)", f"({', '.join(['%s'] * len(scope))})")
        statement = "".join(["WITH ", scoped, _MATCHES.replace("?", " UNION ALL ".join(matches)), _BEST])
        parameters = [*(scope or ()), *chain.from_iterable(map(_parameters, terms)), limit]
        return [Hit(*row) for row in rows(statement, parameters)]


_SCOPE = "scope AS MATERIALIZED (SELECT id FROM chat_indexedpassage WHERE recording_id IN (?)), "
_MATCHES = "matches AS MATERIALIZED (?) "  # bm25() works only in the query with the MATCH, which must stay separate
_WORD = (
    "SELECT rowid AS id, -bm25(chat_fulltext) * %s AS score, %s AS share, %s AS evidence"
    " FROM chat_fulltext WHERE chat_fulltext MATCH %s"
)
# MATCH would stem the stem once more, and "decis" does not become "decis" again.
_STEM = "SELECT DISTINCT doc AS id, %s / 2 AS score, %s AS share, %s AS evidence FROM chat_occurrence WHERE term = %s"
_IN_SCOPE = " AND +id IN (SELECT id FROM scope)"  # the plus makes scope filter the matches, not drive the search
_BEST = "SELECT id, SUM(score), SUM(share), SUM(evidence) FROM matches GROUP BY id ORDER BY 2 DESC, id LIMIT %s"


def _parameters(term: Term) -> list[float | str]:
    if term.stem:
        return [term.rarity, term.share, term.evidence, term.text]
    return [term.rarity / _bm25_rarity(term), term.share, term.evidence, _quoted(term.text)]


def _bm25_rarity(term: Term) -> float:
    """Return the rarity that ``bm25()`` uses for a word: almost 0 if half of the passages contain it.

    Among the meetings of one team, that would ignore the very words that they are about.
    """
    return max(log(expm1(term.rarity)), 1e-6)


def _quoted(word: str) -> str:
    return f'"{word}"'
