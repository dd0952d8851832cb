"""Lakebase, the PostgreSQL of a Databricks workspace: its password is a token that lives for an hour."""

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
"""How long a connection is used: for less than the token that it was opened with is valid."""


def url(environ: Mapping[str, str]) -> str:
    """The database that the variables name which the platform sets for an app with a database resource."""
    missing = [name for name in ("PGHOST", "PGDATABASE", "PGUSER") if not environ.get(name)]
    if missing:
        raise ImproperlyConfigured(f"LAKEBASE_ENDPOINT needs {', '.join(missing)}, or a DATABASE_URL")
    host, name, user = (quote(environ[name], safe="") for name in ("PGHOST", "PGDATABASE", "PGUSER"))
    return f"postgres://{user}@{host}:{environ.get('PGPORT') or 5432}/{name}"


def database(configured: dict[str, Any]) -> dict[str, Any]:
    """A database of the settings whose connections each ask for a password of their own."""
    options = configured["OPTIONS"]
    pool = {**options["pool"], "conninfo": conninfo, "max_lifetime": LIFETIME_SECONDS}
    ssl = {"sslmode": os.environ.get("PGSSLMODE") or "require"}
    return configured | {"PASSWORD": "", "OPTIONS": {**ssl, **options, "pool": pool}}


def conninfo() -> str:
    """The password for one new connection, as libpq reads it. Asks the workspace.

    Raises ``psycopg.OperationalError``, as for a server that cannot be reached.
    """
    import psycopg
    from psycopg.conninfo import make_conninfo

    from chat.upstream.failures import line

    try:
        return make_conninfo(password=_token())
    except Exception as error:  # whatever the SDK raises, there is no connection now
        raise psycopg.OperationalError(f"the workspace gave no password: {line(error)}") from None


def _token() -> str:
    """A fresh one for ``LAKEBASE_ENDPOINT``: the path of an endpoint, or the name of an instance of the older kind."""
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
        raise ValueError("its answer has no token")
    return token


@cache
def _client() -> ApiClient:
    from databricks.sdk.core import ApiClient

    from chat.upstream.workspace import workspace

    return ApiClient(workspace())
