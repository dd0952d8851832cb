"""The full text of passages: which contain all terms of a search, and where; by stems in the languages of its scope."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection

from ..models import IndexedPassage
from ..retrieval.reach import Reach
from ..retrieval.results import rows
from ..retrieval.word_index import match
from ..terms import Asking, compounds
from .marks import Word
from .query import Term

RANKED = 2_000
"""Matches that PostgreSQL ranks, the newest ones: it has to read the words of each."""

# On PostgreSQL the query is materialized to hide from the planner how common its words are: see retrieval/postgres.py.
_BEST = {
    "sqlite": "SELECT rowid FROM chat_fulltext WHERE chat_fulltext MATCH %s{reach} ORDER BY rank LIMIT %s",
    "postgresql": """
        WITH asked AS MATERIALIZED (SELECT {query} AS query), newest AS MATERIALIZED (
            SELECT id FROM asked JOIN chat_indexedpassage passage ON terms @@ query{reach}
            ORDER BY id DESC LIMIT {ranked}
        )
        SELECT id FROM newest JOIN chat_indexedpassage USING (id), asked
        ORDER BY ts_rank('{{1,1,1,1}}', terms, query, 1) DESC, id LIMIT %s""",
}
# Matches are read in their order until there are enough in reach.
_IN_REACH = {
    "sqlite": " AND EXISTS (SELECT 1 FROM chat_indexedpassage passage WHERE id = chat_fulltext.rowid AND {condition})",
    "postgresql": " AND ({condition}) IS TRUE",
}


def best(terms: Sequence[Term], asking: Asking, limit: int, reach: Reach) -> list[int]:
    """Return the keys of the passages in reach that contain all terms, the best first."""
    condition = "" if reach.is_everything else _IN_REACH[connection.vendor].format(condition=reach.condition)
    query = " && ".join(["websearch_to_tsquery('pg_catalog.simple', %s)"] * len(terms))
    statement = _BEST[connection.vendor].format(query=query, reach=condition, ranked=RANKED)
    asked = [match(asking.entries(" ".join(term))) for term in terms]
    if connection.vendor == "sqlite":
        asked = [" AND ".join(f"({each})" for each in asked)]
    return [key for (key,) in rows(statement, [*asked, *reach.parameters, limit])]


def marked(terms: Sequence[Term], asking: Asking, keys: Sequence[int]) -> dict[int, list[Word]]:
    """Return the words of these passages, by key, with those found that belong to a term."""
    entries = [entry.split() for term in terms for entry in asking.entries(" ".join(term))]
    parts = {entry[0] for entry in entries if len(entry) == 1} if asking.parting else set()
    texts = IndexedPassage.objects.filter(pk__in=keys).values_list("pk", "text", "stems")
    return {
        pk: _marked(text.split(), (stems or text).partition("\n")[0].split(), entries, parts)
        for pk, text, stems in texts
    }


def _marked(
    all_words: Sequence[str], stems: Sequence[str], entries: Sequence[list[str]], parts: Collection[str]
) -> list[Word]:
    """Return the words, with those found that have the stems of an entry, or are a compound of one of the parts."""
    found = [False] * len(all_words)
    for place, stem in enumerate(stems[: len(all_words)]):
        for entry in entries:
            if stem == entry[0] and stems[place : place + len(entry)] == entry:
                found[place : place + len(entry)] = [True] * len(entry)
        found[place] = found[place] or any(compounds.has_part(stem, part) for part in parts)
    return [Word(word, is_found) for word, is_found in zip(all_words, found, strict=True)]
