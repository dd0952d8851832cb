"""Lakebase, the PostgreSQL of a Databricks workspace: its password is a token that is valid for an hour."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from databricks.sdk.core import ApiClient

LIFETIME_SECONDS = 45 * 60
"""How long to use a connection; shorter than the token with which it was opened is valid."""


def url(environ: Mapping[str, str]) -> str:
    """Return the URL of the database from the variables that the platform sets for an app with a database resource."""
    missing = [name for name in ("PGHOST", "PGDATABASE", "PGUSER") if not environ.get(name)]
    if missing:
        raise ImproperlyConfigured(f"LAKEBASE_ENDPOINT needs {', '.join(missing)}, or a DATABASE_URL")
    host, name, user = (quote(environ[name], safe="") for name in ("PGHOST", "PGDATABASE", "PGUSER"))
    return f"postgres://{user}@{host}:{environ.get('PGPORT') or 5432}/{name}"


def database(configured: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a database with a pool that requests a new password for each connection."""
    options = configured["OPTIONS"]
    pool = {**options["pool"], "conninfo": conninfo, "max_lifetime": LIFETIME_SECONDS}
    ssl = {"sslmode": os.environ.get("PGSSLMODE") or "require"}
    return configured | {"PASSWORD": "", "OPTIONS": {**ssl, **options, "pool": pool}}


def conninfo() -> str:
    """Request the password for one new connection from the workspace, and return it as libpq reads it.

    Raise ``psycopg.OperationalError``, as for an unreachable server.
    """
    import psycopg
    from psycopg.conninfo import make_conninfo

    from chat.upstream.failures import line

    try:
        return make_conninfo(password=_token())
    except Exception as error:  # any error of the SDK means that there is no connection
        raise psycopg.OperationalError(f"the workspace gave no password: {line(error)}") from None


def _token() -> str:
    """Request a token for ``LAKEBASE_ENDPOINT``: the path of an endpoint, or the name of an older kind of instance."""
    from databricks.sdk.service.database import DatabaseAPI
    from databricks.sdk.service.postgres import PostgresAPI
    from django.conf import settings

    name: str = settings.LAKEBASE_ENDPOINT
    postgres, database = PostgresAPI(_client()), DatabaseAPI(_client())  # type: ignore[no-untyped-call]
    if "/" in name:
        token = postgres.generate_database_credential(endpoint=name).token
    else:
        token = database.generate_database_credential(instance_names=[name]).token
    if not token:
        raise ValueError("its response contains no token")
    return token


@cache
def _client() -> ApiClient:
    from databricks.sdk.core import ApiClient

    from chat.upstream.workspace import workspace

    return ApiClient(workspace())
