"""The part of the library that a search may read, as a condition of its statements."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from ..models import Scope
from .results import rows

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
# To count the passages takes longer than to search a word; recordings have about as many each.
_SHARE_AND_KEYS = """
    WITH within AS MATERIALIZED ({})
    SELECT (SELECT COUNT(*) FROM within), (SELECT COUNT(*) FROM chat_recording), ({}),
        (SELECT string_agg(DISTINCT language, ',') FROM chat_recording WHERE id IN (TABLE within)),
        ARRAY(TABLE within LIMIT {})"""
_WHOLE = "SELECT ({}), (SELECT {} FROM chat_recording)"
_LANGUAGES = {"sqlite": "group_concat(DISTINCT language)", "postgresql": "string_agg(DISTINCT language, ',')"}
_IN_COLLECTIONS = "SELECT id FROM chat_recording WHERE collection_id IN (SELECT value FROM json_each(%s))"
_MOST_LISTED = 2_000
"""Recordings in reach up to which their keys are listed."""
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
    """On PostgreSQL the keys of the recordings, if they are few enough: to compare many passages with a list takes a
    third of the time. A plan that depends on the list may be a bad one, so no search is limited by it."""
    mask: bytes = field(default=b"", repr=False)
    """On SQLite a byte for each key of a passage, from 1 on: 1 if its recording is in reach; no later key is.

    To look that up in a table, for each match of each word, would take longer than to rank the match.
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
        speaks = f" AND {_HAS_SPEAKER.format(_places(self.speakers))}" if self.speakers else ""
        return f"passage.recording_id IN ({self.keys}){speaks}"

    @property
    def parameters(self) -> tuple[Any, ...]:
        return (*self.values, *self.speakers)

    def total(self) -> int:
        """Return the number of passages in reach, or an estimate."""
        library = self.library if self.library is not None else int(rows(_LIBRARY[connection.vendor], ())[0][0])
        return round(library * self.share)

    def recordings(self) -> list[int]:
        """Return the keys of the recordings."""
        return [pk for (pk,) in rows(self.keys, self.values)]

    def has(self, passage: int) -> bool:
        """Return whether the mask has the passage with this key."""
        return 0 < passage <= len(self.mask) and self.mask[passage - 1] == 1

    def narrowed(self) -> Reach:
        """Return the same with a mask of those passages alone in which one of the speakers speaks. Run a query."""
        return replace(self, mask=_mask([(pk, pk) for pk in self.passages()]))

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
    reach = (_reach_on_sqlite if connection.vendor == "sqlite" else _reach_on_postgresql)(*_keys(scope))
    if not scope.filter.speakers:
        return reach
    return replace(reach, share=reach.share / 2, speakers=scope.filter.speakers)  # others speak there, too


def _whole() -> Reach:
    """Return the reach of everything, with the number of all passages and the languages of all recordings."""
    kind = connection.vendor
    [(library, languages)] = rows(_WHOLE.format(_LIBRARY[kind], _LANGUAGES[kind]), ())
    return Reach(1.0, spoken=_split(languages), library=library)


def _split(languages: str | None) -> tuple[str, ...]:
    return () if languages is None else tuple(languages.split(","))


def _reach_on_sqlite(keys: str, values: tuple[Any, ...]) -> Reach:
    [(library, listed, languages)] = rows(_RANGES.format(keys), values)
    ends = list(map(int, (listed or "").split()))
    ranges = list(zip(ends[::2], ends[1::2], strict=True))
    share = sum(last - first + 1 for first, last in ranges) / library if library else 0.0
    return Reach(share, keys, values, (), _split(languages), library or 0, mask=_mask(ranges))


def _mask(ranges: Sequence[tuple[int, int]]) -> bytes:
    """Return the mask of the keys in these ranges, each from its first to its last."""
    mask = bytearray(max((last for _, last in ranges), default=0))
    for first, last in ranges:
        mask[first - 1 : last] = b"\1" * (last - first + 1)
    return bytes(mask)


def _reach_on_postgresql(keys: str, values: tuple[Any, ...]) -> Reach:
    statement = _SHARE_AND_KEYS.format(keys, _LIBRARY["postgresql"], _MOST_LISTED)
    [(within, total, library, languages, listed)] = rows(statement, values)
    share = within / total if total else 0.0
    few = tuple(listed) if within <= _MOST_LISTED else ()
    return Reach(share, keys, values, (), _split(languages), library, few)


def _keys(scope: Scope) -> tuple[str, tuple[Any, ...]]:
    """Return a statement for the keys of the recordings in scope, and its parameters."""
    if not scope.filter and scope.collections:
        if connection.vendor == "postgresql":  # it plans one list in less time than as many parameters
            return "SELECT id FROM chat_recording WHERE collection_id = ANY(%s::bigint[])", (list(scope.collections),)
        return _IN_COLLECTIONS, (json.dumps(scope.collections),)
    try:
        return scope.recordings().order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT id FROM chat_recording WHERE 1 = 0", ()


def _places(values: tuple[Any, ...]) -> str:
    return ", ".join(["%s"] * len(values))
