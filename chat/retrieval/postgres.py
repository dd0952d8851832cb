"""The full text of PostgreSQL: a column of stems with a GIN index.

PostgreSQL's own ranking ignores how rare a word is, and reading the words of a passage costs far more than finding out
that it matches. So the search first chooses passages by the rarity of the words that they mention, for which it reads
only the index, and then ranks the best of them by BM25.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from .masks import has_bit
from .proportion import few_to_count, in_proportion
from .reach import Reach
from .results import Hit, bigints, rows
from .word_index import Term

_MATCHING = """(
    SELECT COUNT(*) FROM (
        SELECT FROM chat_indexedpassage passage
        WHERE terms @@ websearch_to_tsquery('pg_catalog.simple', word) AND {reach} LIMIT {most}
    ) AS matching)"""

# The query comes from a join to hide from the planner how common its word is: for a word in a third of the passages it
# would scan the table, which takes ten times as long as the index.
_COUNTS = f"SELECT word, {_MATCHING} FROM unnest(%s::text[]) AS word"  # noqa: S608  # our own constant

# One look at the passages of a word counts both.
_COUNTS_IN_REACH = """
    SELECT word, of_all, within
    FROM unnest(%s::text[]) AS word, LATERAL (
        SELECT COUNT(*) AS of_all, COUNT(*) FILTER (WHERE {reach}) AS within FROM (
            SELECT recording_id FROM chat_indexedpassage
            WHERE terms @@ websearch_to_tsquery('pg_catalog.simple', word) LIMIT {most}
        ) AS passage) AS counted"""

# Of a word that is in more passages than are out of reach, enough are in reach. Else find a few, which is quick if it
# is common: to ask of each of its passages whether somebody speaks in it would take longer than to look twice. OFFSET 0
# keeps PostgreSQL from counting for each use of the number.
_FEW_IN_REACH = """
    WITH outside AS MATERIALIZED ({outside})
    SELECT word, of_all, CASE WHEN of_all <= (SELECT passages FROM outside) + {enough} THEN {few} END
    FROM (SELECT word, {all} AS of_all FROM unnest(%s::text[]) AS word OFFSET 0) AS counted"""

# Written so that only the passages of these few recordings are read.
_OUTSIDE = """
    SELECT COUNT(*) AS passages FROM chat_indexedpassage
    WHERE recording_id = ANY(ARRAY(SELECT id FROM chat_recording WHERE ({inside}) IS NOT TRUE))"""

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
        SELECT id, share, evidence, terms, length(terms) / NULLIF(AVG(length(terms)) OVER (), 0) AS size
        FROM (SELECT id, share, evidence, terms FROM chosen JOIN chat_indexedpassage passage USING (id) {kept}) AS kept
    ), counted AS (
        SELECT id, sized.share, sized.evidence, size, rarity,
            1 / (1.644934 * (1.000001 - ts_rank('{{1,1,1,1}}', terms, query))) - 0.5 AS times
        FROM sized JOIN asked ON terms @@ query
    )
    SELECT id, SUM(rarity * 2.2 * times / (times + 1.2 * (0.25 + 0.75 * size))) AS score, share, evidence
    FROM counted GROUP BY id, share, evidence ORDER BY score DESC, id LIMIT %s"""

# Because of OFFSET 0 the index is asked for each word: else, of many words in few passages, the planner would read the
# words of each passage for each of them.
_CHOSEN = """
    SELECT id, SUM(share) AS share, SUM(evidence) AS evidence, SUM(rarity) AS rarities
    FROM asked, LATERAL (
        SELECT id FROM chat_indexedpassage passage WHERE terms @@ query AND {reach} OFFSET 0
    ) AS matching
    GROUP BY id ORDER BY SUM(rarity) DESC, id LIMIT {limit}"""

# To ask of the chosen ones whether they are in reach costs less than to ask that of each match.
_KEPT = "WHERE {reach} ORDER BY rarities DESC, id LIMIT {limit}"

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
        """Return 1: most of the time goes to finding all matches and, unless few are in reach, reading their rows."""
        return 1.0

    def counts(self, matches: Sequence[str], reach: Reach) -> dict[str, int]:
        if not matches:
            return {}
        most = self.rows_at_once + 1
        if reach.is_everything or _is_few(reach):
            return _counts(matches, reach, most)
        if reach.share > _ALMOST_ALL or reach.speakers:
            return _counts_of_most(matches, reach, most)
        within, values = _within(reach)
        counted = rows(_COUNTS_IN_REACH.format(reach=within, most=most), [list(matches), *values])
        counts = {match: found if of_all < most else in_proportion(of_all, reach) for match, of_all, found in counted}
        enough = few_to_count(reach)
        unsure = [match for match, of_all, found in counted if of_all == most and found < enough]
        few = _counts(unsure, reach, enough) if unsure else {}
        return counts | {match: found for match, found in few.items() if found < enough}

    def stems(self, beginning: str, reach: Reach) -> dict[str, int]:
        """Return the words with this beginning, each with the number of its passages among 200 that have one."""
        if _is_few(reach):
            parameters = [*reach.parameters, f"{beginning}:*", beginning]
            return dict(rows(_STEMS_IN_FEW.format(reach=reach.condition), parameters))
        within, values = _within(reach)
        return dict(rows(_STEMS.format(reach=within), [f"{beginning}:*", *values, beginning]))

    def rank(self, terms: Sequence[Term], reach: Reach, limit: int) -> list[Hit]:
        number = max(limit, 100)
        within, values = _within(reach)
        if not reach.is_everything and reach.share > _ALMOST_ALL:
            spare = ceil(_SPARE * number / reach.share)
            if sum(term.count for term in terms) > spare:
                chosen, kept = _CHOSEN.format(reach="TRUE", limit=spare), _KEPT.format(reach=within, limit=number)
                hits = _ranked(chosen, kept, terms, values, number)
                if len(hits) == number:
                    return hits[:limit]
        return _ranked(_CHOSEN.format(reach=within, limit=number), "", terms, values, limit)


def _counts(matches: Sequence[str], reach: Reach, most: int) -> dict[str, int]:
    """Return how many passages in reach each search finds, or ``most`` if they are more."""
    within, values = _within(reach)
    return dict(rows(_COUNTS.format(reach=within, most=most), [*values, list(matches)]))


def _counts_of_most(matches: Sequence[str], reach: Reach, most: int) -> dict[str, int]:
    """Return how many passages each search finds in a reach of almost all, in proportion to all if they are many."""
    enough = few_to_count(reach)
    within, values = _within(reach)
    outside, bounds = _outside(reach, most)
    few, all_ = _MATCHING.format(reach=within, most=enough), _MATCHING.format(reach="TRUE", most=most)
    statement = _FEW_IN_REACH.format(outside=outside, few=few, all=all_, enough=enough)
    counted = rows(statement, [*bounds, *values, list(matches)])
    return {
        match: found if found is not None and found < enough else in_proportion(of_all, reach)
        for match, of_all, found in counted
    }


def _outside(reach: Reach, most: int) -> tuple[str, tuple[Any, ...]]:
    """Return a statement for the number of passages out of reach, or one for more than anything counts to."""
    if reach.speakers:
        return f"SELECT {most} AS passages", ()
    if reach.mask:
        return _OUTSIDE.format(inside=has_bit("id", reach.mask)), (reach.mask,)
    return _OUTSIDE.format(inside=f"id IN ({reach.keys})"), reach.values


def _is_few(reach: Reach) -> bool:
    """Return whether it pays to find the passages in reach by themselves, beside those that have a word."""
    return reach.is_small and bool(reach.listed) and reach.total() <= _FEW_TO_READ


def _within(reach: Reach) -> tuple[str, tuple[Any, ...]]:
    """Return the condition that a match of a word is in reach, and its parameters.

    Of a few recordings PostgreSQL looks their passages up in an index, and reads only those that also have the word.
    Otherwise the condition has a form that only filters the matches: a join would read all passages in reach.
    """
    if reach.is_everything:
        return "TRUE", ()
    values: tuple[Any, ...]
    if _is_few(reach):
        own, values = "passage.recording_id = ANY(%s::bigint[])", (bigints(reach.listed),)
    elif reach.mask:
        own, values = has_bit("passage.recording_id", reach.mask), (reach.mask,)
    else:
        own, values = f"(passage.recording_id IN ({reach.keys})) IS TRUE", reach.values
    return (f"{own} AND ({reach.speaks}) IS TRUE" if reach.speakers else own), (*values, *reach.speakers)


def _ranked(chosen: str, kept: str, terms: Sequence[Term], values: Sequence[Any], limit: int) -> list[Hit]:
    """Return the chosen passages, of these the ones that are kept, by BM25; ``values`` are those of the reach."""
    parameters = [
        [term.match for term in terms],
        [term.strength for term in terms],
        [term.share for term in terms],
        [term.evidence for term in terms],
        *values,
        limit,
    ]
    return [Hit(*row) for row in rows(_RANK.format(chosen=chosen, kept=kept), parameters)]
