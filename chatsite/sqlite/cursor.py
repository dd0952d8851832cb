"""The cursor of SQLite, which converts a statement once: Django does so each time, and an answer needs thirty."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX, SQLiteCursorWrapper
from typing_extensions import override

STATEMENTS = 256
"""How many converted statements are kept, some 2 KB each: those of the ORM differ with the lengths of their lists."""


class Cursor(SQLiteCursorWrapper):
    """Django's cursor. Its statements have ``%s`` for a parameter; SQLite's have ``?``."""

    @override
    def convert_query(self, query: str, *, param_names: Sequence[str] | None = None) -> str:
        return _converted(query) if param_names is None else super().convert_query(query, param_names=param_names)


@lru_cache(maxsize=STATEMENTS)
def _converted(query: str) -> str:
    return FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
