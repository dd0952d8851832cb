"""The full text of passages and of turns, on SQLite and PostgreSQL: which contain all terms, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from ..retrieval.reach import Reach
from ..retrieval.results import rows
from .marks import Word, read_marked
from .query import Term

RANKED = 2_000
"""Matches that PostgreSQL ranks, the newest ones: it has to read the words of each."""

# On PostgreSQL the query is materialized to hide from the planner how common its words are: see retrieval/postgres.py.
_MATCHING = {
    "sqlite": "SELECT rowid FROM {full_text} WHERE {full_text} MATCH %s",
    "postgresql": """
        WITH asked AS MATERIALIZED (SELECT {query} AS query)
        SELECT {key} FROM asked JOIN {table} ON terms @@ query""",
}
_BEST = {
    "sqlite": "SELECT rowid FROM {full_text} WHERE {full_text} MATCH %s{reach} ORDER BY rank LIMIT %s",
    "postgresql": """
        WITH asked AS MATERIALIZED (SELECT {query} AS query), newest AS MATERIALIZED (
            SELECT {key} FROM asked JOIN {table} passage ON terms @@ query{reach} ORDER BY {key} DESC LIMIT {ranked}
        )
        SELECT {key} FROM newest JOIN {table} USING ({key}), asked
        ORDER BY ts_rank('{{1,1,1,1}}', terms, query, 1) DESC, {key} LIMIT %s""",
}
_MARKED = {
    "sqlite": """
        SELECT rowid, highlight({full_text}, 0, '<', '>') FROM {full_text}
        WHERE {full_text} MATCH %s AND rowid IN ({keys})""",
    "postgresql": """
        WITH asked AS MATERIALIZED (SELECT {query} AS query)
        SELECT {key}, ts_headline('english', text, query, 'HighlightAll=true, StartSel="<", StopSel=">"')
        FROM {table}, asked WHERE terms @@ query AND {key} IN ({keys})""",
}


# Matches are read in their order until there are enough in reach.
_IN_REACH = {
    "sqlite": " AND EXISTS (SELECT 1 FROM chat_indexedpassage passage WHERE id = {full_text}.rowid AND {condition})",
    "postgresql": " AND ({condition}) IS TRUE",
}


@dataclass(frozen=True)
class FullText:
    """The full text of a table, whose rows are found by their keys."""

    table: str
    key: str
    full_text: str

    def matching(self, terms: Sequence[Term]) -> RawSQL:
        """Return the keys of the rows that contain all terms, as a subquery."""
        return RawSQL(self._statement(_MATCHING, terms), self._parameters(terms))  # noqa: S611  # terms are parameters

    def best(self, terms: Sequence[Term], limit: int, reach: Reach) -> list[int]:
        """Return the keys of the passages in reach that contain all terms, the best first."""
        condition = "" if reach.is_everything else _IN_REACH[connection.vendor]
        within = condition.format(full_text=self.full_text, condition=reach.condition)
        statement = self._statement(_BEST, terms, reach=within)
        return [key for (key,) in rows(statement, [*self._parameters(terms), *reach.parameters, limit])]

    def marked(self, terms: Sequence[Term], keys: Sequence[int]) -> dict[int, list[Word]]:
        """Return the words of these rows, by key, with those found that belong to a term."""
        if not keys:
            return {}
        statement = self._statement(_MARKED, terms, keys=", ".join(["%s"] * len(keys)))
        return {key: read_marked(marked) for key, marked in rows(statement, [*self._parameters(terms), *keys])}

    def _statement(self, statements: dict[str, str], terms: Sequence[Term], *, keys: str = "", reach: str = "") -> str:
        query = " && ".join(["phraseto_tsquery('english', %s)"] * len(terms))
        return statements[connection.vendor].format(
            query=query, table=self.table, key=self.key, full_text=self.full_text, keys=keys, ranked=RANKED, reach=reach
        )

    def _parameters(self, terms: Sequence[Term]) -> list[Any]:
        phrases = [" ".join(term) for term in terms]
        return phrases if connection.vendor == "postgresql" else [" AND ".join(f'"{phrase}"' for phrase in phrases)]


PASSAGES = FullText(table="chat_indexedpassage", key="id", full_text="chat_fulltext")
TURNS = FullText(table="chat_indexedturn", key="turn_id", full_text="chat_turnfulltext")
