"""A filled database of release 0.1.0 is served as it is: nobody is asked anything, and everything is there.

``release_0_1_0.json`` has the rows that this release stored: people signed in, imported the demo, asked, labelled an
answer and made a token. The password of demo is ``demo-secret-words-1``.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import requests
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from ..support.site_process import SiteProcess
from ..support.sites import database_for_site

RELEASE = json.loads(Path(__file__).with_name("release_0_1_0.json").read_text())
NEWEST_MIGRATION = "0008_review_label"
OTHER_APPS = ("admin", "auth", "contenttypes", "sessions")
ALIAS = "release"
TOKEN = {"Authorization": "Bearer chatsite_token-of-the-release-before"}

pytestmark = [pytest.mark.process, pytest.mark.any_database]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[SiteProcess]:
    """A site whose database is that of the release, before it starts."""
    with database_for_site() as url:
        site = SiteProcess(tmp_path_factory.mktemp("release"), database_url=url, warm=True)
        name = urlsplit(url).path.strip("/") if url else str(site.folder / "chatsite.sqlite3")
        with django_db_blocker.unblock(), connected(name) as connection:
            executor = MigrationExecutor(connection)
            others = [key for key in executor.loader.graph.leaf_nodes() if key[0] in OTHER_APPS]
            executor.migrate([*others, ("chat", NEWEST_MIGRATION)])
            fill(connection)
        yield site


@contextlib.contextmanager
def connected(name: str) -> Iterator[BaseDatabaseWrapper]:
    """Connect Django to another database on the server of the tests."""
    connections.databases[ALIAS] = {**connections["default"].settings_dict, "NAME": name}
    try:
        yield connections[ALIAS]
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.databases[ALIAS]


def fill(to: BaseDatabaseWrapper) -> None:
    with to.cursor() as cursor:
        for table, stored in RELEASE.items():
            columns = ", ".join(f'"{name}"' for name in stored["columns"])
            values = ", ".join("%s" for _ in stored["columns"])
            sql = f"INSERT INTO {table} ({columns}) VALUES ({values})"  # noqa: S608  # of our own file
            cursor.executemany(sql, stored["rows"])
            if to.vendor == "postgresql":
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}")  # noqa: S608


def column(table: str, name: str) -> list[Any]:
    at = RELEASE[table]["columns"].index(name)
    return [row[at] for row in RELEASE[table]["rows"]]


def test_it_is_served_at_once_and_who_signed_in_by_password_still_does(database: SiteProcess) -> None:
    with database as site, requests.Session() as browser:
        assert "migrations applied" in site.output
        assert "first/" not in site.output  # there is an administrator
        form = browser.get(f"{site.url}/accounts/login/").text
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[0]
        signed_in = browser.post(
            f"{site.url}/accounts/login/",
            data={"username": "demo", "password": "demo-secret-words-1", "csrfmiddlewaretoken": token},
            headers={"Referer": site.url},
        )

        assert signed_in.url == f"{site.url}/"
        for uuid, title in zip(column("chat_conversation", "uuid"), column("chat_conversation", "title"), strict=True):
            assert title in browser.get(f"{site.url}/c/{UUID(uuid)}/").text
        assert "480 euros" in browser.get(f"{site.url}/search/?q=Heron").text
        assert requests.get(f"{site.url}/api/conversations", headers=TOKEN, timeout=60).status_code == 200

    for table, stored in RELEASE.items():
        assert site.rows(f"SELECT COUNT(*) FROM {table}")[0][0] >= len(stored["rows"]), table  # noqa: S608  # our own
    assert [row[0] for row in site.rows("SELECT answer FROM chat_turn ORDER BY id")] == column("chat_turn", "answer")
    assert site.rows("SELECT COUNT(*) FROM chat_recording WHERE collection_id IS NULL") == [(0,)]


def test_who_came_by_the_proxy_still_does(database: SiteProcess) -> None:
    database.environ |= {"TRUSTED_PROXY": "127.0.0.2", "PROXY_ADDRESSES": "127.0.0.2"}
    known = ("X-Forwarded-Email", "ana@example.com")
    with database as site:
        assert site.status("/", known, peer="127.0.0.2") == 200
        assert site.rows("SELECT COUNT(*) FROM auth_user") == [(len(RELEASE["auth_user"]["rows"]),)]
