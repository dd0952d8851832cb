"""The part of the library that a search may read, as a condition of its statements."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from ..models import Scope
from .masks import HIGHEST_BIT, bit_mask, byte_mask
from .results import bigints, rows

SMALL = 0.15
"""The share of a library below which a search lists the passages in reach first: in more it finds enough without."""

_LIBRARY = {
    "sqlite": "SELECT COUNT(*) FROM chat_indexedpassage",
    # Counting reads the whole table; for a large one use autovacuum's estimate, which is -1 before its first run.
    "postgresql": """
        SELECT CASE WHEN reltuples >= 1000 THEN reltuples::bigint ELSE (SELECT COUNT(*) FROM chat_indexedpassage) END
        FROM pg_class WHERE oid = 'chat_indexedpassage'::regclass""",
}
"""The number of all passages, on PostgreSQL from 1,000 on an estimate."""
_RANGES = """
    WITH within AS MATERIALIZED ({})
    SELECT SUM(last - first + 1), group_concat(first || ' ' || last, ' ') FILTER (WHERE recording_id IN within),
        (SELECT group_concat(DISTINCT language) FROM chat_recording WHERE id IN within)
    FROM chat_passagerange"""
# To count the passages takes longer than to search a word; recordings have about as many each. OFFSET 0 keeps
# PostgreSQL from asking several times of a recording whether it is inside.
_BY_LANGUAGE = """
    SELECT language, COUNT(*), COUNT(*) FILTER (WHERE inside), ({library}),
        CASE WHEN MAX(id) FILTER (WHERE inside) <= {highest} THEN array_agg(id) FILTER (WHERE inside) END
    FROM (SELECT id, language, {inside} AS inside FROM chat_recording OFFSET 0) AS recording GROUP BY language"""
_LANGUAGES = {
    "sqlite": "SELECT group_concat(DISTINCT language) FROM chat_recording",
    "postgresql": "SELECT string_agg(language, ',') FROM (SELECT DISTINCT language FROM chat_recording) AS spoken",
}
_OF_COLLECTIONS = {
    "sqlite": "SELECT id FROM chat_recording WHERE collection_id IN (SELECT value FROM json_each(%s))",
    "postgresql": "SELECT id FROM chat_recording WHERE collection_id = ANY(%s::bigint[])",
}
_HAS_SPEAKER = """EXISTS (
    SELECT 1 FROM chat_segment WHERE chat_segment.recording_id = passage.recording_id AND speaker IN ({})
    AND number BETWEEN passage.first AND passage.last)"""


@dataclass(frozen=True)
class Reach:
    """The recordings that a search may read, by a statement for their keys, and about their ``share`` of the library.

    Without a statement that is everything. Of the passages, those count in which one of the ``speakers`` speaks.
    """

    share: float
    keys: str = ""
    values: tuple[Any, ...] = ()
    speakers: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    """The languages of the recordings, "" for an unknown one."""
    library: int | None = None
    """The number of all passages, in reach or not, if it is known."""
    listed: tuple[int, ...] = ()
    """On PostgreSQL the keys of the recordings, if there is a mask of them."""
    mask: bytes = field(default=b"", repr=False)
    """On SQLite a byte for each key of a passage, on PostgreSQL a bit for each key of a recording: see ``masks``.

    On PostgreSQL there is none if a key is too high for one.
    """

    @property
    def is_everything(self) -> bool:
        """Whether every passage is in reach."""
        return not self.keys

    @property
    def is_small(self) -> bool:
        """Whether it pays to list the passages in reach before those are searched that have the words."""
        return self.share < SMALL

    @property
    def condition(self) -> str:
        """The condition on a row of ``chat_indexedpassage passage``; its parameters are ``parameters``."""
        own = f"passage.recording_id IN ({self.keys})"
        return f"{own} AND {self.speaks}" if self.speakers else own

    @property
    def parameters(self) -> tuple[Any, ...]:
        return (*self.values, *self.speakers)

    @property
    def speaks(self) -> str:
        """The condition on a passage that one of the speakers speaks in it; its parameters are the speakers."""
        return _HAS_SPEAKER.format(_places(self.speakers))

    def total(self) -> int:
        """Return the number of passages in reach, or an estimate."""
        library = self.library if self.library is not None else int(rows(_LIBRARY[connection.vendor], ())[0][0])
        return round(library * self.share)

    def recordings(self) -> list[int]:
        """Return the keys of the recordings."""
        return [pk for (pk,) in rows(self.keys, self.values)]

    def has(self, passage: int) -> bool:
        """Return whether the mask of SQLite has the passage with this key."""
        return 0 < passage <= len(self.mask) and self.mask[passage - 1] == 1

    def narrowed(self) -> Reach:
        """Return the same with a mask of those passages alone in which one of the speakers speaks. Run a query."""
        return replace(self, mask=byte_mask([(pk, pk) for pk in self.passages()]))

    def passages(self) -> list[int]:
        """Return the keys of the passages."""
        statement = f"SELECT passage.id FROM chat_indexedpassage passage WHERE {self.condition}"  # noqa: S608
        return [pk for (pk,) in rows(statement, self.parameters)]


EVERYTHING = Reach(1.0)


@dataclass(frozen=True)
class Area:
    """What a search covers: all that its user ``heard``, by which it knows words, and of that what was ``chosen``."""

    scope: Scope
    heard: Reach
    chosen: Reach

    @classmethod
    def of(cls, scope: Scope) -> Area:
        """Return the area of a scope. Run a query or two."""
        heard = reach_of(scope.unfiltered)
        return cls(scope, heard, reach_of(scope) if scope.filter else heard)


def reach_of(scope: Scope) -> Reach:
    """Return what a scope reaches. Run a query."""
    if scope.is_everything:
        return _whole()
    reach = _reach_on_sqlite(scope) if connection.vendor == "sqlite" else _reach_on_postgresql(scope)
    if not scope.filter.speakers:
        return reach
    return replace(reach, share=reach.share / 2, speakers=scope.filter.speakers)  # others speak there, too


def _whole() -> Reach:
    """Return the reach of everything, with the number of all passages and the languages of all recordings."""
    kind = connection.vendor
    [(library, languages)] = rows(f"SELECT ({_LIBRARY[kind]}), ({_LANGUAGES[kind]})", ())
    return Reach(1.0, spoken=_split(languages), library=library)


def _split(languages: str | None) -> tuple[str, ...]:
    return () if languages is None else tuple(languages.split(","))


def _reach_on_sqlite(scope: Scope) -> Reach:
    keys, values = _keys(scope)
    [(library, listed, languages)] = rows(_RANGES.format(keys), values)
    ends = list(map(int, (listed or "").split()))
    ranges = list(zip(ends[::2], ends[1::2], strict=True))
    share = sum(last - first + 1 for first, last in ranges) / library if library else 0.0
    return Reach(share, keys, values, (), _split(languages), library or 0, mask=byte_mask(ranges))


def _reach_on_postgresql(scope: Scope) -> Reach:
    keys, values = _keys(scope)
    inside = "collection_id = ANY(%s::bigint[])" if _is_of_collections(scope) else f"id IN ({keys})"
    statement = _BY_LANGUAGE.format(library=_LIBRARY["postgresql"], highest=HIGHEST_BIT, inside=inside)
    found = rows(statement, values)
    of_all, within = sum(row[1] for row in found), sum(row[2] for row in found)
    spoken = tuple(row[0] for row in found if row[2])
    listed = tuple(key for row in found for key in row[4] or ())
    reach = Reach(within / max(of_all, 1), keys, values, (), spoken, max((row[3] for row in found), default=0))
    return replace(reach, listed=listed, mask=bit_mask(listed)) if len(listed) == within else reach


def _keys(scope: Scope) -> tuple[str, tuple[Any, ...]]:
    """Return a statement for the keys of the recordings in scope, and its parameters."""
    if _is_of_collections(scope):
        kind = connection.vendor
        return _OF_COLLECTIONS[kind], ((json.dumps if kind == "sqlite" else bigints)(scope.collections),)
    try:
        return scope.recordings().order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT id FROM chat_recording WHERE 1 = 0", ()


def _is_of_collections(scope: Scope) -> bool:
    return bool(scope.collections) and not scope.filter


def _places(values: tuple[Any, ...]) -> str:
    return ", ".join(["%s"] * len(values))
