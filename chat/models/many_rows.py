"""Many rows of a table in few statements, without a model object for each: the ORM takes ten times as long for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from django.db import connection
from django.db.models import Model

_AT_ONCE = 500
"""Rows in a statement. SQLite has at most 32,766 parameters in one."""
_STATEMENTS = {
    "insert": "INSERT INTO {table} ({names}) SELECT {names} FROM ({new}) AS new",
    "update": "UPDATE {table} SET {assignments} FROM ({new}) AS new WHERE {table}.{key} = new.{key}",
}


def insert_rows(model: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows with the values of these columns, just as the database keeps them."""
    _execute("insert", model, names, rows)


def update_rows(model: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Update the rows whose key is the first value of each; ``names`` begins with the name of the key."""
    _execute("update", model, names, rows)


def _execute(kind: str, model: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        for some in _batches(rows):
            if connection.vendor == "sqlite":
                cursor.execute(_sql(kind, model, tuple(names), len(some)), list(chain.from_iterable(some)))
            else:
                cursor.execute(_sql(kind, model, tuple(names), 0), list(map(list, zip(*some, strict=True))))


def _batches(rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Sequence[Any]]]:
    remaining = iter(rows)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some


@lru_cache(maxsize=32)
def _sql(kind: str, model: type[Model], names: tuple[str, ...], count: int) -> str:
    """Return the statement with a parameter for each value of so many rows or, if that is 0, for each column."""
    meta, quote = model._meta, connection.ops.quote_name  # noqa: SLF001  # Django documents it
    by_name = {field.name: field for field in meta.concrete_fields}
    fields = [by_name[name] for name in names]
    columns = [quote(str(field.column)) for field in fields]
    types = [str(field.db_type(connection)).partition("(")[0] for field in fields]
    new = _values(columns, count) if count else _arrays(columns, types)
    return _STATEMENTS[kind].format(
        table=quote(meta.db_table),
        names=", ".join(columns),
        key=columns[0],
        assignments=", ".join(f"{column} = new.{column}" for column in columns[1:]),
        new=new,
    )


def _values(columns: Sequence[str], count: int) -> str:
    row = f"({', '.join(['%s'] * len(columns))})"
    names = ", ".join(f"column{place} AS {column}" for place, column in enumerate(columns, 1))
    rows = ", ".join([row] * count)
    return f"SELECT {names} FROM (VALUES {rows})"  # noqa: S608  # names of columns alone


def _arrays(columns: Sequence[str], types: Sequence[str]) -> str:
    arrays = ", ".join(f"%s::{each}[]" for each in types)
    return f"SELECT * FROM UNNEST({arrays}) AS rows ({', '.join(columns)})"  # noqa: S608  # names of columns alone
