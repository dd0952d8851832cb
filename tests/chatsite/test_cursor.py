"""Statements on SQLite, whose parameters are written as in Django."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only about SQLite"),
]


@pytest.mark.parametrize(
    ("statement", "parameters", "row"),
    [
        ("SELECT %s, '%%', %s", [1, "%s"], (1, "%", "%s")),
        ("SELECT %(two)s, %(one)s", {"one": 1, "two": 2}, (2, 1)),
        ("SELECT '%'", None, ("%",)),
    ],
)
def test_parameters_may_be_numbered_named_or_none(statement: str, parameters: Any, row: tuple[object, ...]) -> None:
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)

            assert cursor.fetchone() == row


def test_the_same_statement_has_other_parameters_each_time() -> None:
    with connection.cursor() as cursor:
        found = [cursor.execute("SELECT %s", [n]).fetchone() for n in range(3)]

    assert found == [(0,), (1,), (2,)]
