"""Text of many turns, stored together."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from threading import Event
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from chat.models import Append, Chunk, Claim, Ending, LoginSession, Submission, Turn

pytestmark = pytest.mark.django_db(transaction=True)
FOUND = [{"recording": 1, "first": 1, "last": 1, "cited": []}]
PATIENCE = 20


@pytest.fixture
def claims(login: LoginSession, bob: User) -> list[Claim]:
    """The claims of two streaming turns."""
    for each in (login, LoginSession.objects.create(user=bob)):
        Turn.objects.submit(each, Submission(request_id=uuid4(), question="When?"))
    return sorted(map(Claim.of, Turn.objects.claim("me")), key=lambda claim: claim.turn_id)


def stored() -> list[str]:
    return [f"{each.turn_id}#{each.seq} {each.text}" for each in Chunk.objects.all()]


def test_text_alone_is_stored_by_one_statement_without_a_transaction_that_writes_no_turn(claims: list[Claim]) -> None:
    texts = [Append(claim, 2, None, ["On ", "Monday"]) for claim in claims]
    statements: list[str] = []

    def noted(execute: Any, statement: str, *others: Any) -> Any:
        statements.append(statement)
        return execute(statement, *others)

    with connection.execute_wrapper(noted), CaptureQueriesContext(connection) as captured:
        assert Turn.objects.append(texts) == set()

    assert [statement.split()[:3] for statement in statements] == [["INSERT", "INTO", "chat_chunk"]]
    assert len(captured) == 1  # and none begins a transaction
    assert stored() == [
        f"{claim.turn_id}#{seq} {text}" for claim in claims for seq, text in ((1, "On "), (2, "Monday"))
    ]


@pytest.mark.only_on("postgresql")
def test_news_of_turns_and_the_text_are_stored_by_one_statement_where_the_database_can(claims: list[Claim]) -> None:
    first, second = claims
    appends = [Append(first, 2, "answering", ["On ", "Monday"], FOUND), Append(second, 0, "waiting", [])]

    with CaptureQueriesContext(connection) as captured:
        assert Turn.objects.append(appends) == set()

    assert len(captured) == 1
    assert list(Turn.objects.order_by("pk").values_list("phase", "passages")) == [
        ("answering", FOUND),
        ("waiting", None),
    ]
    assert stored() == [f"{first.turn_id}#1 On ", f"{first.turn_id}#2 Monday"]


def test_the_phase_and_the_passages_are_stored_with_the_text_and_stay_without_news(claims: list[Claim]) -> None:
    first, second = claims
    Turn.objects.append([Append(first, 1, "answering", ["On "], FOUND), Append(second, 1, None, ["In "])])
    Turn.objects.append([Append(first, 2, None, ["Monday"]), Append(second, 1, "waiting", [])])

    assert list(Turn.objects.order_by("pk").values_list("phase", "passages")) == [
        ("answering", FOUND),
        ("waiting", None),
    ]
    assert stored() == [f"{first.turn_id}#1 On ", f"{first.turn_id}#2 Monday", f"{second.turn_id}#1 In "]


@pytest.mark.parametrize("phase", [None, "waiting"])
def test_text_of_a_turn_that_ends_meanwhile_is_lost_and_that_of_others_is_stored(
    claims: list[Claim], phase: str | None
) -> None:
    first, second = claims
    appends = [Append(first, 1, phase, ["On "]), Append(second, 1, phase, ["In "])]

    with ThreadPoolExecutor() as threads, transaction.atomic():
        assert Turn.objects.finish(first, Ending(state="complete", chunks=["Never."], finish_reason="stop"))
        lost = begun(threads, appends)

    assert (lost.result(PATIENCE), stored()) == ({first.turn_id}, [f"{second.turn_id}#1 In "])


def test_turns_are_locked_in_the_order_in_which_others_lock_them(claims: list[Claim]) -> None:
    first, second = claims
    appends = [Append(first, 1, None, ["On "]), Append(second, 0, "waiting", [])]

    with ThreadPoolExecutor() as threads, transaction.atomic():
        locked(first)
        lost = begun(threads, appends)
        locked(second)  # waits for the other, which waits for us, if that has locked the second turn first

    assert (lost.result(PATIENCE), stored()) == (set(), [f"{first.turn_id}#1 On "])


@pytest.mark.parametrize("phase", [None, "answering"])
def test_what_is_stored_already_is_skipped_and_the_rest_is_stored(claims: list[Claim], phase: str | None) -> None:
    first, second = claims
    again = Append(first, 1, phase, ["On "], FOUND if phase else None)
    Turn.objects.append([again])

    assert Turn.objects.append([again, Append(second, 1, phase, ["In "])]) == set()

    assert stored() == [f"{first.turn_id}#1 On ", f"{second.turn_id}#1 In "]
    assert set(Turn.objects.values_list("phase", flat=True)) == {phase or "retrieving"}


def locked(claim: Claim) -> None:
    assert Turn.objects.select_for_update().filter(pk=claim.turn_id).exists()


def begun(threads: ThreadPoolExecutor, appends: list[Append]) -> Future[set[int]]:
    """Let another thread append, and return once it waits for the transaction of this one."""
    begun = Event()

    def append() -> set[int]:
        with closing(connection):
            begun.set()
            return Turn.objects.append(appends)

    lost = threads.submit(append)
    assert begun.wait(PATIENCE)
    give_up = monotonic() + PATIENCE
    while connection.vendor == "postgresql" and not is_waited_for():
        assert monotonic() < give_up
    return lost


def is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        [is_waited] = cursor.fetchone()
        return bool(is_waited)
