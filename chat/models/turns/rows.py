"""One statement over many rows, which go in as one JSON document.

Every statement that a thread executes lets the event loop run and then waits until it pauses: a statement for each row
would take as long as the rows are many.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db import connection

_ROWS = {
    "sqlite": "(SELECT {values} FROM json_each(%s) ORDER BY key) AS new",
    "postgresql": "(SELECT {values} FROM jsonb_array_elements(%s::jsonb)"
    " WITH ORDINALITY AS element (value, key) ORDER BY key) AS new",
}
_VALUE = {
    "sqlite": "json_extract(value, '$[{place}]') AS {name}",
    "postgresql": "(value ->> {place})::{type} AS {name}",
}
_NOW = {"sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')", "postgresql": "STATEMENT_TIMESTAMP()"}


def execute(statement: str, columns: dict[str, str], rows: Sequence[tuple[object, ...]]) -> int:
    """Execute ``statement``, where ``{new}`` are these rows, in their order, and ``{now}`` is the database's clock.

    ``columns`` are their names and PostgreSQL types. Returns how many rows the statement changed.
    """
    kind = connection.vendor
    values = (_VALUE[kind].format(place=n, name=name, type=type_) for n, (name, type_) in enumerate(columns.items()))
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(new=_ROWS[kind].format(values=", ".join(values)), now=_NOW[kind]),
            [json.dumps(rows, ensure_ascii=False)],
        )
        return int(cursor.rowcount)
