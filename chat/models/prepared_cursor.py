"""The cursor for statements that an answer needs again and again."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """Return a cursor of this thread's connection. PostgreSQL keeps the plans of its statements; SQLite always does.

    Statements must not vary but in their parameters; where PostgreSQL cannot tell the type of one, they cast it.
    """
    own: Any = connections[DEFAULT_DB_ALIAS]
    cursor: CursorWrapper = own.prepared_cursor() if own.vendor == "postgresql" else own.cursor()
    return cursor
