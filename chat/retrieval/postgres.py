"""The full text of PostgreSQL: a column of stemmed words under a GIN index.

PostgreSQL's own ranking does not know how rare a word is, and reading the words of a passage costs far more than
knowing that it matches. So passages are chosen by the rarity of what they mention, which the index alone tells, and
only the best of them are ranked by BM25.
"""

from __future__ import annotations

from collections.abc import Sequence

from .full_text import Term
from .results import Hit, rows

# The query comes from a join, so the planner cannot see how common its word is: it would scan the table for one that
# stands in a third of the passages, which takes ten times as long as the index.
_COUNTS = """
    SELECT word, (
        SELECT COUNT(*) FROM (
            SELECT FROM chat_indexedpassage WHERE terms @@ phraseto_tsquery('english', word) LIMIT %s
        ) AS matching)
    FROM unnest(%s::text[]) AS word"""

# Counting a large table reads it; autovacuum keeps an estimate of it, which is -1 before the first time.
_TOTAL = """
    SELECT CASE WHEN reltuples >= 1000 THEN reltuples::bigint ELSE (SELECT COUNT(*) FROM chat_indexedpassage) END
    FROM pg_class WHERE oid = 'chat_indexedpassage'::regclass"""

# Of passages that begin so, to see the words that do: PostgreSQL keeps no list of the words in an index.
_STEMS = """
    SELECT lexeme, COUNT(*)
    FROM (SELECT terms FROM chat_indexedpassage WHERE terms @@ to_tsquery('simple', %s) LIMIT 200) AS passage,
        unnest(terms)
    WHERE starts_with(lexeme, %s) GROUP BY lexeme"""

# ts_rank of one word that is mentioned n times is the sum of 1/i² for i to n, divided by π²/6. That sum is close to
# π²/6 - 1/(n + ½), which gives n back. BM25 with k1 = 1.2 and b = 0.75, as SQLite has it.
_RANK = """
    WITH asked AS MATERIALIZED (
        SELECT CASE WHEN stem THEN phraseto_tsquery('simple', word) ELSE phraseto_tsquery('english', word) END AS query,
            rarity, share
        FROM unnest(%(words)s::text[], %(stems)s::bool[], %(rarities)s::float[], %(shares)s::float[])
            AS term(word, stem, rarity, share)
    ), chosen AS MATERIALIZED (
        SELECT passage.id, SUM(share) AS share
        FROM asked JOIN chat_indexedpassage passage ON passage.terms @@ asked.query
        WHERE %(everywhere)s OR recording_id = ANY(%(scope)s)
        GROUP BY passage.id ORDER BY SUM(rarity) DESC, passage.id LIMIT %(pool)s
    ), sized AS MATERIALIZED (
        SELECT chosen.id, share, terms, length(terms) / NULLIF(AVG(length(terms)) OVER (), 0) AS size
        FROM chosen JOIN chat_indexedpassage passage USING (id)
    ), counted AS (
        SELECT id, sized.share, size, rarity,
            1 / (1.644934 * (1.000001 - ts_rank('{1,1,1,1}', terms, query))) - 0.5 AS times
        FROM sized JOIN asked ON terms @@ query
    )
    SELECT id, SUM(rarity * 2.2 * times / (times + 1.2 * (0.25 + 0.75 * size))) AS score, share
    FROM counted GROUP BY id, share ORDER BY score DESC, id LIMIT %(limit)s"""


class PostgresIndex:
    """Fulfils ``full_text.Index`` with the column of migration 0003."""

    rows_at_once = 12_000

    def total(self) -> int:
        """The number of passages; an estimate when there are many."""
        return int(rows(_TOTAL, [])[0][0])

    def counts(self, words: Sequence[str]) -> dict[str, int]:
        """In how many passages each word stands, in any of its forms; one that stands in too many is not counted on."""
        return dict(rows(_COUNTS, [self.rows_at_once + 1, list(words)]))

    def stems(self, beginning: str) -> dict[str, int]:
        """Entries of the index that begin so, each with the number of its passages among some that have one."""
        return dict(rows(_STEMS, [f"{beginning}:*", beginning]))

    def rank(self, terms: Sequence[Term], scope: Sequence[int] | None, limit: int) -> list[Hit]:
        """The best passages that mention any of the terms, the best first."""
        parameters = {
            "words": [term.text for term in terms],
            "stems": [term.stem for term in terms],
            "rarities": [term.rarity * (0.5 if term.stem else 1.0) for term in terms],
            "shares": [term.share for term in terms],
            "everywhere": scope is None,
            "scope": list(scope or ()),
            "pool": max(limit, 100),
            "limit": limit,
        }
        return [Hit(*row) for row in rows(_RANK, parameters)]
