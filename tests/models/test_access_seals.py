"""The chain of seals: each event once, and each change of the log is named."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models.functions import Now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.models import AccessEvent, AccessSeal, How, Kind, SealLease
from chat.models.access.seal import COLUMNS
from chat.models.access.sealing import BATCH, seal_new, unsealed
from chat.models.access.verification import Verification

from ..support.flush import without_triggers
from ..support.plans import explained

pytestmark = pytest.mark.django_db


def record(count: int = 1, reason: str = "") -> None:
    for _ in range(count):
        AccessEvent.objects.record(
            Kind.READ, actor=None, owner_id=7, conversation=uuid4(), turns=[uuid4()], how=How.PAGE, reason=reason
        )


def breaks(expected: str = "") -> list[str]:
    return Verification(expected).run().breaks


def sql(statement: str, *values: Any) -> None:
    """Execute a statement as who owns the database can."""
    with transaction.atomic(), without_triggers(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def ids() -> list[int]:
    """The ids of seven events that are sealed."""
    record(7)
    assert seal_new("one") == 7
    return list(AccessEvent.objects.order_by("pk").values_list("pk", flat=True))


# Sealing


def test_events_are_sealed_in_their_order_without_gaps(ids: list[int]) -> None:
    record(2)
    assert seal_new("one") == 2

    seals = list(AccessSeal.objects.order_by("number"))
    assert [seal.number for seal in seals] == list(range(1, 10))
    assert [seal.event_id for seal in seals] == sorted(AccessEvent.objects.values_list("pk", flat=True))
    assert [seal.previous for seal in seals] == ["", *(seal.hash for seal in seals[:-1])]
    assert breaks() == []


def test_a_backlog_is_sealed_batch_by_batch() -> None:
    record(BATCH + 1)

    assert [seal_new("one"), seal_new("one"), seal_new("one")] == [BATCH, 1, 0]
    assert breaks() == []


def test_without_new_events_a_look_is_one_query_by_index(ids: list[int], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert seal_new("one", after=ids[-1]) == 0

    with explained() as plans:
        seal_new("one", after=ids[-1])

    assert "SCAN chat_accessevent" not in plans[0]
    assert "Seq Scan" not in plans[0]


def test_while_another_process_may_seal_nothing_is_sealed() -> None:
    record()
    assert SealLease.take("other")

    assert seal_new("one") is None
    assert unsealed().count() == 1


def test_another_process_takes_over_from_a_killed_one() -> None:
    record()
    assert SealLease.take("killed")
    SealLease.objects.update(expires_at=Now() - timedelta(seconds=1))

    assert seal_new("other") == 1


def test_a_process_that_has_lost_its_lease_stores_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    record()
    last = AccessSeal.last

    def suspended() -> AccessSeal | None:
        SealLease.objects.update(owner="other")
        return last()

    monkeypatch.setattr(AccessSeal, "last", suspended)

    assert seal_new("suspended") is None
    assert not AccessSeal.objects.exists()


def test_gaps_between_ids_are_no_breaks() -> None:
    record()
    with transaction.atomic():
        record()
        transaction.set_rollback(True)
    record()

    assert seal_new("one") == 2
    assert breaks() == []


# Verifying


@pytest.mark.parametrize("column", COLUMNS)
def test_a_change_of_any_column_is_named(ids: list[int], column: str) -> None:
    values: dict[str, object] = {"id": 1_000, "conversation": uuid4().hex, "collection": uuid4().hex}
    values |= {"turns": "[]", "details": '{"a": 1}', "at": "2020-02-02 02:02:02+00:00"}
    kind = AccessEvent._meta.get_field(column).get_internal_type()
    value = values.get(column, 5 if kind == "BigIntegerField" else "other")

    sql(f"UPDATE chat_accessevent SET {column} = %s WHERE id = %s", value, ids[3])  # noqa: S608

    named = [f"Event {ids[3]} is missing: it was sealed as 4."] if column == "id" else []
    assert (breaks()[:1] if named else breaks()) == (named or [f"Event {ids[3]} was changed, or its seal 4."])


@pytest.mark.parametrize("column", ["at", "conversation"])
@pytest.mark.only_on("sqlite")  # PostgreSQL stores no value of another type
def test_a_value_that_cannot_be_read_is_named(ids: list[int], column: str) -> None:
    record()
    sql(f"UPDATE chat_accessevent SET {column} = 'nonsense' WHERE id IN (%s, %s)", ids[3], ids[-1] + 1)  # noqa: S608

    assert breaks() == [
        f"Event {ids[3]} was changed, or its seal 4.",
        f"Event {ids[-1] + 1} was changed: it cannot be read.",
    ]


def test_a_missing_event_is_named(ids: list[int]) -> None:
    sql("DELETE FROM chat_accessevent WHERE id = %s", ids[2])

    assert breaks() == [f"Event {ids[2]} is missing: it was sealed as 3."]


def test_an_event_that_is_missing_with_its_seal_is_named(ids: list[int]) -> None:
    sql("DELETE FROM chat_accessevent WHERE id = %s", ids[2])
    sql("DELETE FROM chat_accessseal WHERE number = 3")

    assert breaks() == ["Seal 3 is missing."]


def test_a_missing_seal_is_named(ids: list[int]) -> None:
    sql("DELETE FROM chat_accessseal WHERE number = 3")

    assert breaks() == ["Seal 3 is missing."]


def test_two_events_in_the_other_order_are_named(ids: list[int]) -> None:
    free = ids[-1] + 900
    for old, new in ((ids[1], free), (ids[4], ids[1]), (free, ids[4])):
        sql("UPDATE chat_accessevent SET id = %s WHERE id = %s", new, old)

    assert breaks() == [f"Event {ids[1]} was changed, or its seal 2.", f"Event {ids[4]} was changed, or its seal 5."]


def test_seals_in_another_order_are_named(ids: list[int]) -> None:
    for old, new in ((2, 900), (3, 2), (900, 3)):
        sql("UPDATE chat_accessseal SET number = %s WHERE number = %s", new, old)

    named = " ".join(breaks())
    assert all(f"Seal {number} does not follow" in named for number in (2, 3, 4))
    assert all(f"Event {ids[n]} was changed, or its seal" in named for n in (1, 2))


def test_a_changed_hash_is_named(ids: list[int]) -> None:
    sql("UPDATE chat_accessseal SET hash = %s WHERE number = 4", "0" * 64)

    assert breaks() == [
        f"Event {ids[3]} was changed, or its seal 4.",
        "Seal 5 does not follow the one before: one of them was changed or reordered.",
    ]


@pytest.mark.parametrize("is_sealed", [False, True])
def test_an_event_that_is_added_later_is_named(ids: list[int], is_sealed: bool) -> None:
    AccessEvent.objects.create(kind="read", how="page", owner_id=7, at=Now() - timedelta(days=1))
    added = AccessEvent.objects.latest("pk").pk
    if is_sealed:
        seal_new("one")

    [sentence] = breaks()
    assert sentence.startswith(f"Event {added} was added later, or has lost its seal")


def test_new_events_are_not_sealed_yet(ids: list[int]) -> None:
    record(3)

    result = Verification().run()

    assert (result.breaks, result.sealed, result.not_sealed) == ([], 7, 3)


def test_a_chain_that_was_cut_or_made_anew_lacks_the_expected_hash(ids: list[int]) -> None:
    known = AccessSeal.objects.get(number=5).hash
    assert breaks(known) == []

    sql("DELETE FROM chat_accessseal")
    sql("UPDATE chat_accessevent SET reason = 'forged' WHERE id = %s", ids[0])
    seal_new("forger")

    assert breaks() == []
    assert breaks(known) == ["No seal has the expected hash: the chain was cut off before it, or made anew."]


def test_the_hash_of_an_event_does_not_depend_on_the_database(alice: User) -> None:
    conversation, turn = "00000000-0000-0000-0000-00000000000c", "00000000-0000-0000-0000-00000000000d"
    AccessEvent.objects.create(
        id=5, kind="read", how="page", owner_id=7, actor_id=8, actor_name="Zoë", conversation=conversation,
        turns=[turn], reason="“why”", details={"b": 1, "a": [1.5, None]}, at="2026-03-01T09:00:00.123+00:00",
    )  # fmt: skip
    seal = AccessSeal(number=3, event_id=5, at=AccessEvent.objects.get().at, previous="ab")

    assert (
        seal.hash_with(AccessEvent.objects.get()) == "ee2f91bacdb7ab7d7165062a2e2c226ec402a8d82cbe0267e88efa3db1eb2653"
    )


# Anything that the owner of the database may do

CHANGES = {
    "alter": ["UPDATE chat_accessevent SET reason = 'forged' WHERE id = {pk}"],
    "delete": ["DELETE FROM chat_accessevent WHERE id = {pk}"],
    "delete with its seal": [
        "DELETE FROM chat_accessevent WHERE id = {pk}",
        "DELETE FROM chat_accessseal WHERE event_id = {pk}",
    ],
    "swap with the first": [
        "UPDATE chat_accessevent SET id = 9000 WHERE id = {pk}",
        "UPDATE chat_accessevent SET id = {pk} WHERE id = {first}",
        "UPDATE chat_accessevent SET id = {first} WHERE id = 9000",
    ],
    "take the seal": ["DELETE FROM chat_accessseal WHERE event_id = {pk}"],
    "move the seal": ["UPDATE chat_accessseal SET number = number + 900 WHERE event_id = {pk}"],
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(places=st.dictionaries(st.integers(1, 5), st.sampled_from(sorted(CHANGES)), min_size=1))
def test_whatever_is_changed_before_the_last_seal_is_named(ids: list[int], places: dict[int, str]) -> None:
    with transaction.atomic():
        with without_triggers(), connection.cursor() as cursor:
            for place, change in places.items():
                for statement in CHANGES[change]:
                    cursor.execute(statement.format(pk=ids[place], first=ids[0]))
        found = " ".join(breaks())
        transaction.set_rollback(True)

    for place in places:
        assert f"Event {ids[place]} " in found or is_missing(place + 1, found), (places, found)


def is_missing(number: int, found: str) -> bool:
    ranges = re.findall(r"Seals? (\d+)(?: to (\d+))? (?:is|are) missing", found)
    return any(int(first) <= number <= int(last or first) for first, last in ranges)
