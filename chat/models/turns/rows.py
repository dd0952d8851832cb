"""One statement over many rows, which are passed as one JSON document.

Each statement in a thread yields to the event loop and continues only when that pauses: with a statement for each row,
the time would grow with the number of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
from django.db import connection

from ..prepared_cursor import prepared_cursor

_ROWS = {
    "sqlite": "(SELECT {values} FROM json_each(%s) ORDER BY key) AS new",
    "postgresql": "(SELECT {values} FROM jsonb_array_elements(%s::jsonb)"
    " WITH ORDINALITY AS element (value, key) ORDER BY key) AS new",
}
_VALUE = {
    "sqlite": "json_extract(value, '$[{place}]') AS {name}",
    "postgresql": "(value ->> {place})::{type} AS {name}",
}
_LOCK = {"sqlite": "", "postgresql": "FOR NO KEY UPDATE OF chat_turn"}
NOW = {"sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')", "postgresql": "STATEMENT_TIMESTAMP()"}


Row = Mapping[str, object] | tuple[object, ...]
"""The values of a row by their keys, or in the order of the columns."""
_encode = msgspec.json.Encoder(enc_hook=str).encode  # ``str`` also for what only is a kind of string


def execute(statement: str, columns: dict[str, str], rows: Sequence[Row]) -> int:
    """Execute ``statement``, in which ``{new}`` is the table of the ordered rows and ``{now}`` the database's time.

    At its end ``{lock}`` locks the turns that it reads, where rows are locked at all. ``columns`` maps the keys of the
    rows to their types on PostgreSQL. Return how many rows the statement changed.
    """
    with prepared_cursor() as cursor:
        cursor.execute(*_prepared(statement, columns, rows))
        return int(cursor.rowcount)


def returned(statement: str, columns: dict[str, str], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Execute a statement as ``execute`` does, and return the rows that it selects or returns."""
    with prepared_cursor() as cursor:
        cursor.execute(*_prepared(statement, columns, rows))
        return list(cursor.fetchall())


def insert(statement: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """Execute a statement that inserts one row, and return what it returns."""
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def moment(value: datetime) -> datetime:
    """Return a time as the database gives it, with its zone, which SQLite leaves out."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _prepared(statement: str, columns: dict[str, str], rows: Sequence[Row]) -> tuple[str, list[str]]:
    # Lists are half as long as objects.
    document = [row if isinstance(row, tuple) else [row[name] for name in columns] for row in rows]
    return _sql(statement, tuple(columns.items()), connection.vendor), [_encode(document).decode()]


@cache
def _sql(statement: str, columns: tuple[tuple[str, str], ...], kind: str) -> str:
    values = (_VALUE[kind].format(place=n, name=name, type=type_) for n, (name, type_) in enumerate(columns))
    return statement.format(new=_ROWS[kind].format(values=", ".join(values)), now=NOW[kind], lock=_LOCK[kind])
