"""A site on PostgreSQL whose password is a token of the workspace, which changes while the site serves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict
from pytest_django import Settings

from chatsite import lakebase

from ..support.processes import Missing
from ..support.reader import Reader
from ..support.servers import postgresql_server
from ..support.site_process import SiteProcess
from ..support.upstream import Upstream, upstream_in_thread

ROLE = "5f0c2a7e-9d1b-4e55-b3a1-d0c9e7f61a22"
SECRET, FIRST, SECOND = "canary-secret-8812", "canary-first-1177", "canary second \\' 2266"
ACCESS = "('host all postgres 127.0.0.1/32 trust'), ('host all all 127.0.0.1/32 scram-sha-256')"
PATIENCE = 30.0


class Workspace:
    """A workspace with a database. The token that it issues is the password of the database."""

    def __init__(self, server_url: str, upstream: Upstream) -> None:
        self.upstream = upstream
        self.server = urlsplit(server_url)
        self._admin = psycopg.connect(server_url, autocommit=True)
        [[file]] = self._admin.execute("SHOW hba_file").fetchall()
        self._do(f"COPY (VALUES {ACCESS}) TO '{file}'", "SELECT pg_reload_conf()")
        self._do(f'CREATE ROLE "{ROLE}" LOGIN', "CREATE DATABASE chat", "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        self._do(f'GRANT CONNECT, CREATE ON DATABASE chat TO "{ROLE}"')
        self.rotate(FIRST)

    def rotate(self, password: str, *, is_issued: bool = True) -> None:
        """Change the password, and close all connections. The workspace issues it unless ``is_issued`` is false."""
        with self._admin.cursor() as cursor:
            quoted = psycopg.sql.Literal(password).as_string(cursor)
        self._do(f'ALTER ROLE "{ROLE}" PASSWORD {quoted}')
        self._admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [ROLE])
        self.upstream.database_password = password if is_issued else ""

    def environ(self) -> dict[str, str]:
        """Return the environment of a site in this workspace."""
        return {
            "LAKEBASE_ENDPOINT": "projects/chat/branches/main/endpoints/primary",
            "PGHOST": str(self.server.hostname),
            "PGPORT": str(self.server.port),
            "PGUSER": ROLE,
            "PGDATABASE": "chat",
            "PGSSLMODE": "disable",
            "DATABRICKS_HOST": self.upstream.url,
            "DATABRICKS_CLIENT_ID": ROLE,
            "DATABRICKS_CLIENT_SECRET": SECRET,
            "DATABRICKS_CONFIG_FILE": "/dev/null",
            "LOG_LEVEL": "DEBUG",
        }

    def password_requests(self) -> int:
        """Return how many passwords were requested."""
        return sum("/credentials" in call.path for call in self.upstream.other_requests)

    def close(self) -> None:
        self._admin.close()

    def _do(self, *statements: str) -> None:
        for statement in statements:
            self._admin.execute(statement.encode())


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    try:
        with postgresql_server() as server, upstream_in_thread() as upstream:
            workspace = Workspace(server.url, upstream)
            yield workspace
            workspace.close()
    except Missing as missing:
        pytest.skip(str(missing))


async def ask(reader: Reader) -> str:
    async with reader:
        turn = (await reader.ask("When does the Heron launch?"))["turn"]
        return str((await reader.until_end(turn))["state"])


def until_readyz(site: SiteProcess, status: int) -> float:
    """Wait for the site to answer with this status, and return how many seconds that took."""
    began = monotonic()
    while site.status("/readyz") != status:
        assert monotonic() - began < PATIENCE
    return monotonic() - began


@pytest.mark.waits
@pytest.mark.process
@pytest.mark.any_database
async def test_a_site_continues_after_a_change_of_its_password(workspace: Workspace, tmp_path: Path) -> None:
    environ: Any = workspace.environ()
    with SiteProcess(tmp_path, **environ) as site:
        reader = Reader(site)
        before, requests_before = await ask(reader), workspace.password_requests()
        await asyncio.to_thread(workspace.rotate, SECOND)
        await asyncio.to_thread(until_readyz, site, 200)
        after = await ask(reader)
        await asyncio.to_thread(workspace.rotate, FIRST, is_issued=False)
        await asyncio.to_thread(until_readyz, site, 503)
        workspace.upstream.database_password = FIRST
        await asyncio.to_thread(until_readyz, site, 200)

        assert (before, after, await ask(reader)) == ("complete", "complete", "complete")
    assert workspace.password_requests() > requests_before > 0
    bearers = {c.headers["authorization"] for c in workspace.upstream.other_requests if "/credentials" in c.path}
    assert bearers == {"Bearer canary-oauth-9921"}
    assert not [word for word in (SECRET, FIRST, SECOND, "canary-oauth") if word in site.output]


def test_the_token_of_an_instance_of_the_older_kind_is_requested_by_its_name(settings: Settings) -> None:
    lakebase._client.cache_clear()
    settings.LAKEBASE_ENDPOINT = "chat-instance"
    settings.DATABRICKS_TOKEN = "dapi-canary-5512"
    with upstream_in_thread() as upstream:
        settings.DATABRICKS_HOST, upstream.database_password = upstream.url, SECOND

        parameters = conninfo_to_dict(lakebase.conninfo())

        [call] = [call for call in upstream.other_requests if call.path == "/api/2.0/database/credentials"]
    lakebase._client.cache_clear()
    assert parameters == {"password": SECOND}
    assert call.body["instance_names"] == ["chat-instance"]


def test_the_error_without_a_password_contains_no_secret(settings: Settings) -> None:
    lakebase._client.cache_clear()
    settings.LAKEBASE_ENDPOINT, settings.DATABRICKS_TOKEN = "chat-instance", "dapi-canary-5512"
    with upstream_in_thread() as upstream:
        settings.DATABRICKS_HOST = upstream.url

        with pytest.raises(psycopg.OperationalError, match="gave no password") as failed:
            lakebase.conninfo()
    lakebase._client.cache_clear()
    assert "canary" not in str(failed.value).replace("canary-of-the-provider", "")


def test_connections_are_retired_before_their_token_expires() -> None:
    configured = lakebase.database({"PASSWORD": "old", "OPTIONS": {"pool": {"max_size": 3}, "connect_timeout": 5}})

    assert configured["OPTIONS"]["pool"] == {"max_size": 3, "conninfo": lakebase.conninfo, "max_lifetime": 2700}
    assert (configured["PASSWORD"], configured["OPTIONS"]["sslmode"]) == ("", "require")


def test_the_error_names_the_variables_that_the_platform_does_not_set() -> None:
    with pytest.raises(ImproperlyConfigured, match="PGDATABASE, PGUSER"):
        lakebase.url({"PGHOST": "host"})
