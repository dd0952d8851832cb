"""A scratch database for measurements: of the kind in use, empty at first, and deleted afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.conf import settings
from django.db import connection

from ..database import close_connections


@contextmanager
def scratch_database() -> Iterator[None]:
    """Let this process work on a new database within the block; the one in use stays untouched.

    For commands only: the whole process switches over, including other threads. On PostgreSQL the user needs the right
    to create databases; without it, Django prints an error and ends the process.
    """
    name, test = str(connection.settings_dict["NAME"]), connection.settings_dict["TEST"]
    configured_name = test["NAME"]
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
        test["NAME"] = configured_name


def _disconnect() -> None:
    """Close all connections and their pool, since they are connected to the previous database."""
    close_connections()
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's backend alone has it
