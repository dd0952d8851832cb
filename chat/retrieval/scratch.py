"""A database for measurements: of the kind in use, empty, and gone when they are over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.conf import settings
from django.db import connection

from ..database import close_connections


@contextmanager
def scratch_database() -> Iterator[None]:
    """Within it this process works on a new database beside the one in use, which is not touched.

    For commands: the whole process changes over, other threads too. On PostgreSQL the user must be allowed to create
    databases; otherwise Django says so and ends the process.
    """
    name, test = str(connection.settings_dict["NAME"]), connection.settings_dict["TEST"]
    usual = test["NAME"]
    scratch = f"chatsite_scratch_{uuid4().hex}"
    test["NAME"] = settings.DATA_DIR / f"{scratch}.sqlite3" if connection.vendor == "sqlite" else scratch
    _disconnect()
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            _disconnect()
            connection.creation.destroy_test_db(name, verbosity=0)
    finally:
        test["NAME"] = usual


def _disconnect() -> None:
    """Close all connections and their pool, which lead to the database of before."""
    close_connections()
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # which other databases do not have
