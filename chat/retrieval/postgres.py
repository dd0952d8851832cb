"""The full text of PostgreSQL: a column of stemmed words with a GIN index.

PostgreSQL's own ranking ignores how rare a word is, and reading the words of a passage costs far more than finding out
that it matches. So the search first chooses passages by the rarity of the words that they mention, for which it reads
only the index, and then ranks the best of them by BM25.
"""

from __future__ import annotations

from collections.abc import Sequence

from .full_text import Term
from .results import Hit, rows

# The query comes from a join to hide from the planner how common its word is: for a word in a third of the passages it
# would scan the table, which takes ten times as long as the index.
_COUNTS = """
    SELECT word, (
        SELECT COUNT(*) FROM (
            SELECT FROM chat_indexedpassage WHERE terms @@ phraseto_tsquery('english', word) LIMIT %s
        ) AS matching)
    FROM unnest(%s::text[]) AS word"""

# Counting reads the whole table; for a large one use autovacuum's estimate, which is -1 before its first run.
_TOTAL = """
    SELECT CASE WHEN reltuples >= 1000 THEN reltuples::bigint ELSE (SELECT COUNT(*) FROM chat_indexedpassage) END
    FROM pg_class WHERE oid = 'chat_indexedpassage'::regclass"""

# PostgreSQL keeps no list of the words in an index, so read the words of some passages that have such a word.
_STEMS = """
    SELECT lexeme, COUNT(*)
    FROM (SELECT terms FROM chat_indexedpassage WHERE terms @@ to_tsquery('simple', %s) LIMIT 200) AS passage,
        unnest(terms)
    WHERE starts_with(lexeme, %s) GROUP BY lexeme"""

# For one word that is mentioned n times, ts_rank is the sum of 1/i² for i from 1 to n, divided by π²/6. That sum is
# close to π²/6 - 1/(n + ½), from which the statement computes n. BM25 has k1 = 1.2 and b = 0.75, as in SQLite.
_RANK = """
    WITH asked AS MATERIALIZED (
        SELECT CASE WHEN stem THEN phraseto_tsquery('simple', word) ELSE phraseto_tsquery('english', word) END AS query,
            rarity, share, evidence
        FROM unnest(%(words)s::text[], %(stems)s::bool[], %(rarities)s::float[], %(shares)s::float[],
            %(evidence)s::float[]) AS term(word, stem, rarity, share, evidence)
    ), chosen AS MATERIALIZED (
        SELECT passage.id, SUM(share) AS share, SUM(evidence) AS evidence
        FROM asked JOIN chat_indexedpassage passage ON passage.terms @@ asked.query
        WHERE %(everywhere)s OR recording_id = ANY(%(scope)s)
        GROUP BY passage.id ORDER BY SUM(rarity) DESC, passage.id LIMIT %(pool)s
    ), sized AS MATERIALIZED (
        SELECT chosen.id, share, evidence, terms, length(terms) / NULLIF(AVG(length(terms)) OVER (), 0) AS size
        FROM chosen JOIN chat_indexedpassage passage USING (id)
    ), counted AS (
        SELECT id, sized.share, sized.evidence, size, rarity,
            1 / (1.644934 * (1.000001 - ts_rank('{1,1,1,1}', terms, query))) - 0.5 AS times
        FROM sized JOIN asked ON terms @@ query
    )
    SELECT id, SUM(rarity * 2.2 * times / (times + 1.2 * (0.25 + 0.75 * size))) AS score, share, evidence
    FROM counted GROUP BY id, share, evidence ORDER BY score DESC, id LIMIT %(limit)s"""


class PostgresIndex:
    """``full_text.Index`` by the column of migration 0003."""

    rows_at_once = 12_000

    def total(self) -> int:
        """Return the number of passages, or from 1,000 on an estimate."""
        return int(rows(_TOTAL, [])[0][0])

    def counts(self, words: Sequence[str]) -> dict[str, int]:
        return dict(rows(_COUNTS, [self.rows_at_once + 1, list(words)]))

    def stems(self, beginning: str) -> dict[str, int]:
        """Return the words with this beginning, each with the number of its passages among 200 that have one."""
        return dict(rows(_STEMS, [f"{beginning}:*", beginning]))

    def rank(self, terms: Sequence[Term], scope: Sequence[int] | None, limit: int) -> list[Hit]:
        parameters = {
            "words": [term.text for term in terms],
            "stems": [term.stem for term in terms],
            "rarities": [term.rarity * (0.5 if term.stem else 1.0) for term in terms],
            "shares": [term.share for term in terms],
            "evidence": [term.evidence for term in terms],
            "everywhere": scope is None,
            "scope": list(scope or ()),
            "pool": max(limit, 100),
            "limit": limit,
        }
        return [Hit(*row) for row in rows(_RANK, parameters)]
