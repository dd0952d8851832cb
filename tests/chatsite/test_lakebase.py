"""A site on a PostgreSQL whose password is a token of the workspace, which changes while the site serves."""

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
    """A workspace with a database: what it gives out as the password is the password, until it is changed."""

    def __init__(self, server_url: str, upstream: Upstream) -> None:
        self.upstream = upstream
        self.server = urlsplit(server_url)
        self._admin = psycopg.connect(server_url, autocommit=True)
        [[file]] = self._admin.execute("SHOW hba_file").fetchall()
        self._do(f"COPY (VALUES {ACCESS}) TO '{file}'", "SELECT pg_reload_conf()")
        self._do(f'CREATE ROLE "{ROLE}" LOGIN', "CREATE DATABASE chat", "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        self._do(f'GRANT CONNECT, CREATE ON DATABASE chat TO "{ROLE}"')
        self.rotate(FIRST)

    def rotate(self, password: str, *, told: bool = True) -> None:
        """Change the password, and cut the connections that were made with the one before."""
        with self._admin.cursor() as cursor:
            quoted = psycopg.sql.Literal(password).as_string(cursor)
        self._do(f'ALTER ROLE "{ROLE}" PASSWORD {quoted}')
        self._admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [ROLE])
        self.upstream.database_password = password if told else ""

    def environ(self) -> dict[str, str]:
        """What a site in this workspace has in its environment."""
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

    def asked(self) -> int:
        """How often it was asked for a password."""
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
    """How long it took for the site to answer so, in seconds."""
    began = monotonic()
    while site.status("/readyz") != status:
        assert monotonic() - began < PATIENCE
    return monotonic() - began


@pytest.mark.waits
@pytest.mark.process
@pytest.mark.any_database
async def test_a_site_goes_on_when_its_password_changes(workspace: Workspace, tmp_path: Path) -> None:
    environ: Any = workspace.environ()
    with SiteProcess(tmp_path, **environ) as site:
        reader = Reader(site)
        before, asked = await ask(reader), workspace.asked()
        await asyncio.to_thread(workspace.rotate, SECOND)
        await asyncio.to_thread(until_readyz, site, 200)
        after = await ask(reader)
        await asyncio.to_thread(workspace.rotate, FIRST, told=False)
        await asyncio.to_thread(until_readyz, site, 503)
        workspace.upstream.database_password = FIRST
        await asyncio.to_thread(until_readyz, site, 200)

        assert (before, after, await ask(reader)) == ("complete", "complete", "complete")
    assert workspace.asked() > asked > 0
    bearers = {c.headers["authorization"] for c in workspace.upstream.other_requests if "/credentials" in c.path}
    assert bearers == {"Bearer canary-oauth-9921"}
    assert not [word for word in (SECRET, FIRST, SECOND, "canary-oauth") if word in site.output]


def test_an_instance_of_the_older_kind_is_asked_for_by_its_name(settings: Settings) -> None:
    lakebase._client.cache_clear()
    settings.LAKEBASE_ENDPOINT = "chat-instance"
    settings.DATABRICKS_TOKEN = "dapi-canary-5512"
    with upstream_in_thread() as upstream:
        settings.DATABRICKS_HOST, upstream.database_password = upstream.url, SECOND

        told = conninfo_to_dict(lakebase.conninfo())

        [call] = [call for call in upstream.other_requests if call.path == "/api/2.0/database/credentials"]
    lakebase._client.cache_clear()
    assert told == {"password": SECOND}
    assert call.body["instance_names"] == ["chat-instance"]


def test_without_a_password_there_is_no_connection_and_no_secret_in_the_reason(settings: Settings) -> None:
    lakebase._client.cache_clear()
    settings.LAKEBASE_ENDPOINT, settings.DATABRICKS_TOKEN = "chat-instance", "dapi-canary-5512"
    with upstream_in_thread() as upstream:
        settings.DATABRICKS_HOST = upstream.url

        with pytest.raises(psycopg.OperationalError, match="gave no password") as failed:
            lakebase.conninfo()
    lakebase._client.cache_clear()
    assert "canary" not in str(failed.value).replace("canary-of-the-provider", "")


def test_connections_are_retired_before_their_token_ends() -> None:
    configured = lakebase.database({"PASSWORD": "old", "OPTIONS": {"pool": {"max_size": 3}, "connect_timeout": 5}})

    assert configured["OPTIONS"]["pool"] == {"max_size": 3, "conninfo": lakebase.conninfo, "max_lifetime": 2700}
    assert (configured["PASSWORD"], configured["OPTIONS"]["sslmode"]) == ("", "require")


def test_what_the_platform_does_not_say_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="PGDATABASE, PGUSER"):
        lakebase.url({"PGHOST": "host"})
