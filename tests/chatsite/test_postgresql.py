"""PostgreSQL plans once what comes again, and is asked for its health only over connections that nobody has used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DataError, connection, transaction
from django.db.models import BigIntegerField, CharField
from django.test.utils import CaptureQueriesContext

from chat.database.outage import UNAVAILABLE
from chat.models.prepared import Prepared
from chat.models.prepared_cursor import prepared_cursor
from chat.models.reviewer import is_reviewer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

PLANS = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s"
END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND pid = %s"


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The connections of which the server was asked."""
    from psycopg_pool import ConnectionPool

    asked: list[Any] = []
    check = ConnectionPool.check_connection

    def counted(each: Any) -> None:
        asked.append(each)
        check(each)

    monkeypatch.setattr(ConnectionPool, "check_connection", counted)
    return asked


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def end(pid: int) -> None:
    """End a connection at the server, which closes it."""
    import psycopg

    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute(END, [pid])


def test_a_statement_is_planned_once_whatever_its_parameters(alice: User, bob: User) -> None:
    name = Prepared(lambda pk: User.objects.filter(pk=pk).values_list("username", flat=True), pk=BigIntegerField())

    assert [name.first(pk=each.pk) for each in (alice, bob) * 5] == ["alice", "bob"] * 5
    with connection.cursor() as cursor:
        cursor.execute(PLANS, ['SELECT "auth_user"."username"%'])
        [(generic, custom)] = cursor.fetchall()

    assert (generic > 5, custom) == (True, 0)


def test_what_never_changes_is_known_when_the_statement_is_planned(alice: User) -> None:
    """Else an index of the rows that have such a value would not be used."""
    name = "100% 'Ann'\\"
    User.objects.filter(pk=alice.pk).update(first_name=name)
    found = Prepared(
        lambda username: User.objects.filter(first_name=name, username=username).values_list("first_name", flat=True),
        username=CharField(),
    )

    assert [found.first(username="alice") for _ in range(5)] == [name] * 5
    assert found.first(username="100%") is None
    with connection.cursor() as cursor:
        cursor.execute(PLANS.replace("generic_plans, custom_plans", "statement"), ['%"first_name" =%'])
        [(statement,)] = cursor.fetchall()
    assert ("100% ''Ann''" in statement, "$1" in statement, "$2" in statement) == (True, True, False)


def test_an_error_in_a_planned_statement_is_one_of_django() -> None:
    with pytest.raises(DataError), prepared_cursor() as cursor:
        cursor.execute("SELECT 1 / %s::integer", [0])


def test_the_log_has_the_text_of_a_planned_statement(alice: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        for _ in range(4):  # after the first few the server has it
            is_reviewer(alice.pk)

    assert all("auth_user_groups" in query["sql"] for query in queries)


@pytest.fixture
def notes() -> Iterator[Callable[[], list[str]]]:
    """What selects the texts of a table with two, which was planned when they were short."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_note (text varchar(10)); INSERT INTO test_note VALUES ('one'), ('two')")
    yield select
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_note")


def select() -> list[str]:
    with prepared_cursor() as cursor:
        cursor.execute("SELECT text FROM test_note WHERE text <> %s ORDER BY text", [""])
        return [text for (text,) in cursor.fetchall()]


def lengthen() -> None:
    """Change the table over another connection, as the migration of a newer version does."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(execute, "ALTER TABLE test_note ALTER text TYPE text").result()
        thread.submit(close).result()


def close() -> None:
    connection.close()


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_statement_is_planned_anew_if_a_newer_version_has_changed_the_table(notes: Callable[[], list[str]]) -> None:
    planned = [notes() for _ in range(5)]

    lengthen()

    assert [notes() for _ in range(3)] == planned[:3] == [["one", "two"]] * 3


def test_a_transaction_in_which_the_table_has_changed_can_be_repeated(notes: Callable[[], list[str]]) -> None:
    for _ in range(5):
        notes()
    lengthen()

    with pytest.raises(UNAVAILABLE), transaction.atomic():
        notes()
    with transaction.atomic():
        assert notes() == ["one", "two"]


@pytest.fixture
def single(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A pool with one connection: of several, it gives the one that has waited longest, and keeps a lost one."""
    options = connection.settings_dict["OPTIONS"]
    close_all()
    monkeypatch.setitem(options, "pool", options["pool"] | {"min_size": 1, "max_size": 1})
    yield
    close_all()


def close_all() -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's backend alone has it


@pytest.mark.usefixtures("single")
def test_the_server_is_not_asked_at_each_use_of_a_connection(
    checks: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chatsite.postgresql import base

    monkeypatch.setattr(base, "UNUSED_SECONDS", 60)  # however busy the machine is
    backend()
    connection.close()
    checks.clear()  # it was new

    for _ in range(3):
        backend()
        connection.close()

    assert checks == []


@pytest.mark.usefixtures("single")
def test_a_connection_that_was_lost_while_nobody_used_it_is_replaced(
    checks: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chatsite.postgresql import base

    monkeypatch.setattr(base, "UNUSED_SECONDS", -1)
    lost = backend()
    connection.close()
    end(lost)
    checks.clear()

    assert backend() != lost
    assert [each.closed for each in checks] == [True, False]
