"""The full text of turns, on SQLite and PostgreSQL: which contain all terms, and where. The database stems English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from ..retrieval.results import rows
from .marks import Word, read_marked
from .query import Term

# On PostgreSQL the query is materialized to hide from the planner how common its words are: see retrieval/postgres.py.
_MATCHING = {
    "sqlite": "SELECT rowid FROM {full_text} WHERE {full_text} MATCH %s",
    "postgresql": """
        WITH asked AS MATERIALIZED (SELECT {query} AS query)
        SELECT {key} FROM asked JOIN {table} ON terms @@ query""",
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


@dataclass(frozen=True)
class FullText:
    """The full text of a table, whose rows are found by their keys."""

    table: str
    key: str
    full_text: str

    def matching(self, terms: Sequence[Term]) -> RawSQL:
        """Return the keys of the rows that contain all terms, as a subquery."""
        return RawSQL(self._statement(_MATCHING, terms), self._parameters(terms))  # noqa: S611  # terms are parameters

    def marked(self, terms: Sequence[Term], keys: Sequence[int]) -> dict[int, list[Word]]:
        """Return the words of these rows, by key, with those found that belong to a term."""
        if not keys:
            return {}
        statement = self._statement(_MARKED, terms, keys=", ".join(["%s"] * len(keys)))
        return {key: read_marked(marked) for key, marked in rows(statement, [*self._parameters(terms), *keys])}

    def _statement(self, statements: dict[str, str], terms: Sequence[Term], *, keys: str = "") -> str:
        query = " && ".join(["phraseto_tsquery('english', %s)"] * len(terms))
        return statements[connection.vendor].format(
            query=query, table=self.table, key=self.key, full_text=self.full_text, keys=keys
        )

    def _parameters(self, terms: Sequence[Term]) -> list[Any]:
        phrases = [" ".join(term) for term in terms]
        return phrases if connection.vendor == "postgresql" else [" AND ".join(f'"{phrase}"' for phrase in phrases)]


TURNS = FullText(table="chat_indexedturn", key="turn_id", full_text="chat_turnfulltext")
