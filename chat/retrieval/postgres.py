"""The full text of PostgreSQL: a column of stems with a GIN index.

PostgreSQL's own ranking ignores how rare a word is, and reading the words of a passage costs far more than finding out
that it matches. So the search first chooses passages by the rarity of the words that they mention, for which it reads
only the index, and then ranks the best of them by BM25.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from .proportion import few_to_count, in_proportion
from .reach import Reach
from .results import Hit, rows
from .word_index import Term

# The query comes from a join to hide from the planner how common its word is: for a word in a third of the passages it
# would scan the table, which takes ten times as long as the index.
_COUNTS = """
    SELECT word, (
        SELECT COUNT(*) FROM (
            SELECT FROM chat_indexedpassage
            WHERE terms @@ websearch_to_tsquery('pg_catalog.simple', word) LIMIT {most}
        ) AS matching)
    FROM unnest(%s::text[]) AS word"""

_ENOUGH = """(
    SELECT COUNT(*) FROM (
        SELECT FROM chat_indexedpassage passage WHERE terms @@ websearch_to_tsquery('pg_catalog.simple', word)
            AND {reach}
        LIMIT {enough}
    ) AS matching)"""

# One look at the passages of a word counts both.
_COUNTS_IN_REACH = """
    SELECT word, of_all, CASE WHEN of_all < {most} OR within >= {enough} THEN within ELSE {few} END
    FROM unnest(%s::text[]) AS word, LATERAL (
        SELECT COUNT(*) AS of_all, COUNT(*) FILTER (WHERE {reach}) AS within FROM (
            SELECT recording_id FROM chat_indexedpassage
            WHERE terms @@ websearch_to_tsquery('pg_catalog.simple', word) LIMIT {most}
        ) AS passage) AS counted"""

# Of a word that is in more passages than are out of reach, enough are in reach. Else find a few, which is quick if it
# is common: to ask of each of its passages whether somebody speaks in it would take longer than to look twice.
_FEW_IN_REACH = """
    WITH outside AS MATERIALIZED ({outside})
    SELECT word, of_all, CASE WHEN of_all <= (SELECT passages FROM outside) + {enough} THEN {few} END
    FROM unnest(%s::text[]) AS word, LATERAL (
        SELECT COUNT(*) AS of_all FROM (
            SELECT FROM chat_indexedpassage
            WHERE terms @@ websearch_to_tsquery('pg_catalog.simple', word) LIMIT {most}
        ) AS matching) AS counted"""

_FEW = """(
    SELECT COUNT(*) FROM (
        SELECT FROM chat_indexedpassage passage WHERE terms @@ websearch_to_tsquery('pg_catalog.simple', word)
            AND {reach}
        LIMIT {enough}
    ) AS matching)"""

# Written so that only the passages of these few recordings are read.
_OUTSIDE = """
    SELECT COALESCE(SUM((SELECT COUNT(*) FROM chat_indexedpassage WHERE recording_id = chat_recording.id)), 0)
        AS passages
    FROM chat_recording WHERE (id IN ({keys})) IS NOT TRUE"""

# PostgreSQL keeps no list of the words in an index, so read the words of some passages that have such a word.
_STEMS = """
    SELECT lexeme, COUNT(*)
    FROM (
        SELECT terms FROM chat_indexedpassage passage WHERE terms @@ to_tsquery('simple', %s) AND {reach} LIMIT 200
    ) AS found, unnest(tsvector_to_array(terms)) AS lexeme
    WHERE starts_with(lexeme, %s) GROUP BY lexeme"""

# The index would return the passages of everybody that have such a word, which are almost all. setweight reads the
# words of a passage once: the weight D is what they have.
_STEMS_IN_FEW = """
    WITH reach AS MATERIALIZED (
        SELECT setweight(terms, 'D') AS terms FROM chat_indexedpassage passage WHERE {reach}
    )
    SELECT lexeme, COUNT(*)
    FROM (SELECT terms FROM reach WHERE terms @@ to_tsquery('simple', %s) LIMIT 200) AS found,
        unnest(tsvector_to_array(terms)) AS lexeme
    WHERE starts_with(lexeme, %s) GROUP BY lexeme"""

# For one word that is mentioned n times, ts_rank is the sum of 1/i² for i from 1 to n, divided by π²/6. That sum is
# close to π²/6 - 1/(n + ½), from which the statement computes n. BM25 has k1 = 1.2 and b = 0.75, as in SQLite.
_RANK = """
    WITH asked AS MATERIALIZED (
        SELECT websearch_to_tsquery('pg_catalog.simple', word) AS query, rarity, share, evidence
        FROM unnest(%s::text[], %s::float[], %s::float[], %s::float[]) AS term(word, rarity, share, evidence)
    ), chosen AS MATERIALIZED ({chosen}), sized AS MATERIALIZED (
        SELECT chosen.id, share, evidence, terms, length(terms) / NULLIF(AVG(length(terms)) OVER (), 0) AS size
        FROM chosen JOIN chat_indexedpassage passage USING (id)
    ), counted AS (
        SELECT id, sized.share, sized.evidence, size, rarity,
            1 / (1.644934 * (1.000001 - ts_rank('{{1,1,1,1}}', terms, query))) - 0.5 AS times
        FROM sized JOIN asked ON terms @@ query
    )
    SELECT id, SUM(rarity * 2.2 * times / (times + 1.2 * (0.25 + 0.75 * size))) AS score, share, evidence
    FROM counted GROUP BY id, share, evidence ORDER BY score DESC, id LIMIT %s"""

_CHOSEN = """
    SELECT passage.id, SUM(share) AS share, SUM(evidence) AS evidence, SUM(rarity) AS rarities
    FROM asked JOIN chat_indexedpassage passage ON passage.terms @@ asked.query
    WHERE {reach}
    GROUP BY passage.id ORDER BY SUM(rarity) DESC, passage.id LIMIT {limit}"""

# To look up which of the first are in reach costs less than to ask that of each match.
_CHOSEN_FROM_FIRST = """
    SELECT first.* FROM ({first}) AS first JOIN chat_indexedpassage passage USING (id) WHERE {reach}
    ORDER BY rarities DESC, id LIMIT {limit}"""

_ALMOST_ALL = 0.8
"""The share of a library from which on the first passages of all are mostly in reach."""
_SPARE = 1.5
"""How many more passages are chosen than would be enough if those in reach were spread evenly."""
_FEW_TO_READ = 1_000
"""Passages in reach whose words are read in less time than the index needs to find those with one of the words."""


class PostgresIndex:
    """``full_text.Index`` by the column ``terms`` of the migrations that name it."""

    rows_at_once = 12_000

    def cost(self, reach: Reach) -> float:
        """Return 1: most of the time goes to finding the rows of the matches, of which the recording is then read."""
        return 1.0

    def counts(self, matches: Sequence[str], reach: Reach) -> dict[str, int]:
        most = self.rows_at_once + 1
        if not matches:
            return {}
        if reach.is_everything:
            return dict(rows(_COUNTS.format(most=most), [list(matches)]))
        enough, condition = few_to_count(reach), _condition(reach)
        few = _FEW.format(reach=condition, enough=enough)
        if reach.share <= _ALMOST_ALL and not reach.speakers:
            within = "passage.recording_id = ANY(%s::bigint[])" if reach.listed else condition
            statement = _COUNTS_IN_REACH.format(few=few, reach=within, most=most, enough=enough)
            values = ([*reach.listed],) if reach.listed else reach.parameters
            counted = rows(statement, [*reach.parameters, list(matches), *values])
            return {
                match: _estimate(of_all, within, reach) if of_all == most else within
                for match, of_all, within in counted
            }
        outside, values = _outside(reach, most)
        statement = _FEW_IN_REACH.format(few=few, outside=outside, most=most, enough=enough)
        counted = rows(statement, [*values, *reach.parameters, list(matches)])
        return {match: _estimate(of_all, within, reach) for match, of_all, within in counted}

    def stems(self, beginning: str, reach: Reach) -> dict[str, int]:
        """Return the words with this beginning, each with the number of its passages among 200 that have one."""
        if not reach.is_small or reach.total() > _FEW_TO_READ:
            parameters = [f"{beginning}:*", *reach.parameters, beginning]
            return dict(rows(_STEMS.format(reach=_condition(reach)), parameters))
        return dict(rows(_STEMS_IN_FEW.format(reach=reach.condition), [*reach.parameters, f"{beginning}:*", beginning]))

    def rank(self, terms: Sequence[Term], reach: Reach, limit: int) -> list[Hit]:
        number = max(limit, 100)
        chosen = _CHOSEN.format(reach=_condition(reach), limit=number)
        spare = ceil(_SPARE * number / _ALMOST_ALL)
        if not reach.is_everything and reach.share > _ALMOST_ALL and sum(term.count for term in terms) > spare:
            first = _CHOSEN.format(reach="TRUE", limit=spare)
            within = _CHOSEN_FROM_FIRST.format(first=first, reach=_condition(reach), limit=number)
            hits = _ranked(within, terms, reach, number)
            if len(hits) == number:
                return hits[:limit]
        return _ranked(chosen, terms, reach, limit)


def _estimate(of_all: int, within: int | None, reach: Reach) -> int:
    """Return how many passages in reach have a word, of which all or only a few were counted."""
    return within if within is not None and within < few_to_count(reach) else in_proportion(of_all, reach)


def _outside(reach: Reach, most: int) -> tuple[str, tuple[Any, ...]]:
    """Return a statement for the number of passages out of reach, or one for more than anything counts to."""
    if reach.speakers:
        return f"SELECT {most} AS passages", ()
    return _OUTSIDE.format(keys=reach.keys), reach.values


def _condition(reach: Reach) -> str:
    """Return the condition in a form that filters the matches of a word: a join would read all passages in reach."""
    return "TRUE" if reach.is_everything else f"({reach.condition}) IS TRUE"


def _ranked(chosen: str, terms: Sequence[Term], reach: Reach, limit: int) -> list[Hit]:
    parameters = [
        [term.match for term in terms],
        [term.strength for term in terms],
        [term.share for term in terms],
        [term.evidence for term in terms],
        *reach.parameters,
        limit,
    ]
    return [Hit(*row) for row in rows(_RANK.format(chosen=chosen), parameters)]
