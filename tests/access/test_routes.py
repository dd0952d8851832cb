"""Who gets what from every address of the site: one test for each cell of ``table.TABLE``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker, Settings

from .routes import routes
from .table import DATA, ROWS, Row
from .world import ROLES, World

PAGES = [row for row in ROWS if not row.route.startswith("api:")]
ON_EACH_DATABASE = ("user", "reviewer")
"""The roles whose cells run on PostgreSQL, too: queries decide what they get, and not permissions alone."""
OF_A_THING = sorted({row.route for row in PAGES if row.outcomes["user"] == "404" and row.route.startswith("chat:")})


@pytest.fixture(scope="module")
def shared_world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One world for all tests of pages, which roll back what they change."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.MEDIA_ROOT", str(tmp_path_factory.mktemp("media")))
        with transaction.atomic():
            yield World()
            transaction.set_rollback(True)


def cells(rows: list[Row]) -> list[Any]:
    """Return a parameter for each cell; on PostgreSQL run those for which a query decides."""
    return [
        pytest.param(
            row,
            role,
            id=f"{row.method} {row.route} {role}",
            marks=[] if role in ON_EACH_DATABASE else pytest.mark.any_database,
        )
        for row in rows
        for role in ROLES
    ]


def test_every_address_has_a_row() -> None:
    health = {"livez", "readyz"}  # which say the same to everybody: tests/serving/test_health.py

    assert sorted({row.route for row in ROWS} | health) == sorted(routes())


@pytest.fixture(autouse=True)
def second_factors(settings: Settings) -> None:
    """Users can have second factors, and the member has one."""
    settings.SECOND_FACTOR = "offered"


@pytest.mark.parametrize(("row", "role"), cells(PAGES))
def test_a_page_is_for_those_whom_the_table_names(
    shared_world: World, db: None, static_files: None, row: Row, role: str
) -> None:
    assert outcome(shared_world, row, role) == row.outcomes[role]


def outcome(world: World, row: Row, role: str) -> str:
    """Send the request of a row, and return what came in a word: the status, ``sign-in`` or ``go``."""
    client = world.client(role)
    client.raise_request_exception = False
    address = world.address(row.route)
    return _word(_sent(client, row, address))


def _sent(client: Client, row: Row, address: str) -> Any:
    data = DATA.get(row.route, {})
    if row.method == "GET":
        return client.get(address)
    if data and row.route.startswith("api:"):
        return client.generic(row.method, address, json.dumps(data), content_type="application/json")
    return client.post(address, data) if row.method == "POST" else client.generic(row.method, address)


def _word(response: Any) -> str:
    if response.status_code in (301, 302):
        return "sign-in" if "/login/" in response["Location"] else "go"
    return str(response.status_code)


@pytest.mark.parametrize("route", OF_A_THING)
def test_what_is_not_yours_is_as_what_is_not_there(
    shared_world: World, db: None, static_files: None, route: str
) -> None:
    method = next(row.method for row in PAGES if row.route == route)
    foreign = shared_world.address(route)
    answers = [_answer(shared_world.client("user"), method, path) for path in (foreign, _missing(foreign))]

    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def _answer(client: Client, method: str, path: str) -> tuple[int, str, int]:
    """Return the status and the text of a response, without its address and what is random, and its queries."""
    client.get("/about/data/")  # the first request of a session makes a query more
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path) if method == "GET" else client.generic(method, path)
    text = re.sub(r'nonce="[^"]*"|value="[^"]*"', "", response.content.decode())
    return response.status_code, text.replace(path, ""), len(queries)


def _missing(path: str) -> str:
    """Return the address with ids of nothing."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", lambda _: str(uuid4()), path)
