"""The full text of PostgreSQL: a column of stemmed words with a GIN index.

PostgreSQL's own ranking ignores how rare a word is, and reading the words of a passage costs far more than finding out
that it matches. So the search first chooses passages by the rarity of the words that they mention, for which it reads
only the index, and then ranks the best of them by BM25.
"""

from __future__ import annotations

from collections.abc import Sequence

from .reach import Reach
from .results import Hit, rows
from .word_index import Term

# The query comes from a join to hide from the planner how common its word is: for a word in a third of the passages it
# would scan the table, which takes ten times as long as the index.
_COUNTS = """
    SELECT word, (
        SELECT COUNT(*) FROM (
            SELECT FROM chat_indexedpassage passage WHERE terms @@ phraseto_tsquery('{config}', word) AND {reach}
            LIMIT %s
        ) AS matching)
    FROM unnest(%s::text[]) AS word"""

# Counting reads the whole table; for a large one use autovacuum's estimate, which is -1 before its first run.
_TOTAL = """
    SELECT CASE WHEN reltuples >= 1000 THEN reltuples::bigint ELSE (SELECT COUNT(*) FROM chat_indexedpassage) END
    FROM pg_class WHERE oid = 'chat_indexedpassage'::regclass"""

# PostgreSQL keeps no list of the words in an index, so read the words of some passages that have such a word.
_STEMS = """
    SELECT lexeme, COUNT(*)
    FROM (
        SELECT terms FROM chat_indexedpassage passage WHERE terms @@ to_tsquery('simple', %s) AND {reach} LIMIT 200
    ) AS found, unnest(terms)
    WHERE starts_with(lexeme, %s) GROUP BY lexeme"""

# For one word that is mentioned n times, ts_rank is the sum of 1/i² for i from 1 to n, divided by π²/6. That sum is
# close to π²/6 - 1/(n + ½), from which the statement computes n. BM25 has k1 = 1.2 and b = 0.75, as in SQLite.
_RANK = """
    WITH asked AS MATERIALIZED (
        SELECT CASE WHEN stem THEN phraseto_tsquery('simple', word) ELSE phraseto_tsquery('english', word) END AS query,
            rarity, share, evidence
        FROM unnest(%s::text[], %s::bool[], %s::float[], %s::float[], %s::float[])
            AS term(word, stem, rarity, share, evidence)
    ), chosen AS MATERIALIZED (
        SELECT passage.id, SUM(share) AS share, SUM(evidence) AS evidence
        FROM asked JOIN chat_indexedpassage passage ON passage.terms @@ asked.query
        WHERE {reach}
        GROUP BY passage.id ORDER BY SUM(rarity) DESC, passage.id LIMIT %s
    ), sized AS MATERIALIZED (
        SELECT chosen.id, share, evidence, terms, length(terms) / NULLIF(AVG(length(terms)) OVER (), 0) AS size
        FROM chosen JOIN chat_indexedpassage passage USING (id)
    ), counted AS (
        SELECT id, sized.share, sized.evidence, size, rarity,
            1 / (1.644934 * (1.000001 - ts_rank('{{1,1,1,1}}', terms, query))) - 0.5 AS times
        FROM sized JOIN asked ON terms @@ query
    )
    SELECT id, SUM(rarity * 2.2 * times / (times + 1.2 * (0.25 + 0.75 * size))) AS score, share, evidence
    FROM counted GROUP BY id, share, evidence ORDER BY score DESC, id LIMIT %s"""


class PostgresIndex:
    """``full_text.Index`` by the column of migration 0003."""

    rows_at_once = 12_000

    def total(self, reach: Reach) -> int:
        """Return the number of passages in reach, or from 1,000 on an estimate."""
        return round(int(rows(_TOTAL, [])[0][0]) * reach.share)

    def counts(self, words: Sequence[str], reach: Reach) -> dict[str, int]:
        return self._counts("english", words, reach)

    def stem_counts(self, stems: Sequence[str], reach: Reach) -> dict[str, int]:
        return self._counts("simple", stems, reach)

    def stems(self, beginning: str, reach: Reach) -> dict[str, int]:
        """Return the words with this beginning, each with the number of its passages among 200 that have one."""
        parameters = [f"{beginning}:*", *reach.parameters, beginning]
        return dict(rows(_STEMS.format(reach=_condition(reach)), parameters))

    def rank(self, terms: Sequence[Term], reach: Reach, limit: int) -> list[Hit]:
        parameters = [
            [term.text for term in terms],
            [term.stem for term in terms],
            [term.rarity * (0.5 if term.stem else 1.0) for term in terms],
            [term.share for term in terms],
            [term.evidence for term in terms],
            *reach.parameters,
            max(limit, 100),
            limit,
        ]
        return [Hit(*row) for row in rows(_RANK.format(reach=_condition(reach)), parameters)]

    def _counts(self, config: str, words: Sequence[str], reach: Reach) -> dict[str, int]:
        statement = _COUNTS.format(config=config, reach=_condition(reach))
        return dict(rows(statement, [*reach.parameters, self.rows_at_once + 1, list(words)]))


def _condition(reach: Reach) -> str:
    """Return the condition in a form that filters the matches of a word: a join would read all passages in reach."""
    return "TRUE" if reach.is_everything else f"({reach.condition}) IS TRUE"
