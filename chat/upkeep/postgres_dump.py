"""``pg_dump`` and ``pg_restore`` with the settings of the site's database."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection


class DumpFailed(Exception):
    """A program of PostgreSQL is not installed or failed; the message has no password."""


def dump(file: Path) -> None:
    """Write the database as it is at one moment. Raise ``DumpFailed``."""
    _run("pg_dump", "--format=custom", f"--file={file}")


def load(file: Path) -> None:
    """Load a dump into the empty database, all of it or nothing. Raise ``DumpFailed``."""
    _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(file))


def has_tables() -> bool:
    """Return whether anything is in the database. Raise ``OperationalError`` if it does not answer."""
    own = "SELECT 1 FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') LIMIT 1"
    with connection.cursor() as cursor:
        cursor.execute(own)
        return cursor.fetchone() is not None


def _run(program: str, *options: str) -> None:
    conninfo, password = _conninfo()
    environ = os.environ | ({"PGPASSWORD": password} if password else {})  # arguments are visible to other users
    try:
        done = subprocess.run(  # noqa: S603  # fixed programs, and no shell
            [program, f"--dbname={conninfo}", *options], env=environ, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise DumpFailed(f"{program} is not installed (apt-get install postgresql-client)") from None
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise DumpFailed(" ".join(lines[:2])[:500] or f"{program} failed")


def _conninfo() -> tuple[str, str]:
    """Return how libpq finds the database, and the password, which must not be among the arguments."""
    from psycopg import pq
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    parameters: dict[str, Any] = {
        name: value for name, value in connection.get_connection_params().items() if name in known
    }
    pool: dict[str, Any] = connection.settings_dict["OPTIONS"].get("pool") or {}
    if "conninfo" in pool:  # each connection needs a password of its own
        parameters |= conninfo_to_dict(pool["conninfo"]())
    password = str(parameters.pop("password", None) or "")
    return make_conninfo(**parameters), password
