"""The log of accesses: what it records, and that nothing in it changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from chat.error_views import server_error
from chat.models import REASON_LIMIT, AccessEvent, How, Kind, LoginSession, NotRecorded, Read
from chat.pages import page_of
from chat.upkeep.purge import purge

from ..support.asked import asked
from ..support.plans import explained

pytestmark = pytest.mark.django_db


def read(actor: User, owner: User, **more: Any) -> AccessEvent:
    AccessEvent.objects.record(Kind.READ, actor=actor, owner_id=owner.pk, how=How.PAGE, **more)
    return AccessEvent.objects.latest("pk")


def test_an_event_says_who_read_what_of_whom_when_why_and_how(carol: User, alice: User) -> None:
    conversation, turns = uuid4(), [uuid4(), uuid4()]

    event = read(carol, alice, conversation=conversation, turns=turns, reason="A complaint", details={"page": 2})

    assert (event.kind, event.how, event.reason, event.details) == ("read", "page", "A complaint", {"page": 2})
    assert (event.actor_id, event.actor_name, event.owner_id) == (carol.pk, "carol", alice.pk)
    assert (event.conversation, event.turn_uuids) == (conversation, set(turns))
    assert abs(event.at - timezone.now()) < timedelta(minutes=1)


def test_each_read_of_many_gets_its_own_event(carol: User, alice: User, bob: User) -> None:
    reads = [Read(alice.pk, uuid4(), [uuid4()]), Read(bob.pk, uuid4())]

    AccessEvent.objects.record_reads(Kind.FOUND, reads, actor=carol, how=How.SEARCH, reason="Billing")

    assert [
        (event.owner_id, event.conversation) for event in AccessEvent.objects.filter(kind="found").order_by("pk")
    ] == [(read.owner_id, read.conversation) for read in reads]


def test_an_event_is_one_statement(carol: User, alice: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        AccessEvent.objects.record(Kind.READ, actor=carol, owner_id=alice.pk, how=How.PAGE)


def test_no_reads_are_no_events(carol: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        AccessEvent.objects.record_reads(Kind.FOUND, [], actor=carol, how=How.SEARCH)


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "\\u0000", "é", '"'])
def test_any_text_can_be_recorded(carol: User, alice: User, text: str) -> None:
    event = read(carol, alice, reason=text, details={"text": text})

    assert len(event.reason) >= len(text)
    assert event.details["text"]


def test_a_reason_that_is_too_long_is_not_recorded(carol: User, alice: User) -> None:
    with pytest.raises(ValueError, match="too long"):
        read(carol, alice, reason="x" * (REASON_LIMIT + 1))


def test_what_cannot_be_recorded_raises(carol: User) -> None:
    with pytest.raises(NotRecorded), transaction.atomic():
        AccessEvent.objects.record(Kind.READ, actor=carol, how=How.PAGE)  # of nobody


@pytest.mark.parametrize("sql", ["UPDATE chat_accessevent SET reason = 'x'", "DELETE FROM chat_accessevent"])
def test_the_database_refuses_to_change_an_event(carol: User, alice: User, sql: str) -> None:
    read(carol, alice)

    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_orm_cannot_change_an_event(carol: User, alice: User) -> None:
    event = read(carol, alice, reason="A complaint")
    events = AccessEvent.objects.filter(pk=event.pk)
    forged = AccessEvent(pk=event.pk, kind="read", how="page", owner_id=alice.pk, actor_name="mallory", at=event.at)
    upsert = {"update_conflicts": True, "unique_fields": ["id"], "update_fields": ["actor_name"]}

    attempts: list[tuple[Callable[..., object], dict[str, Any]]] = [
        (events.update, {"reason": "x"}),
        (events.delete, {}),
        (event.delete, {}),
        (event.save, {}),
        (AccessEvent.objects.bulk_create, {"objs": [forged], **upsert}),
    ]
    for change, arguments in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            change(**arguments)

    assert [(event.reason, event.actor_name) for event in events.all()] == [("A complaint", "carol")]


@pytest.mark.only_on("postgresql")  # SQLite has no TRUNCATE
def test_postgresql_refuses_to_empty_the_log() -> None:
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE chat_accessevent")


def test_events_survive_the_deletion_of_the_users_they_name(carol: User, alice: User) -> None:
    event, (owner, actor) = read(carol, alice), (alice.pk, carol.pk)

    alice.delete()
    carol.delete()

    event.refresh_from_db()
    assert (event.owner_id, event.actor_id, event.actor_name) == (owner, actor, "carol")


def test_the_purge_leaves_the_events_of_what_it_removes(carol: User, login: LoginSession) -> None:
    conversation = asked(login).conversation
    event = read(carol, login.user, conversation=conversation.uuid)
    conversation.discard()

    assert purge().conversations == 1

    assert list(AccessEvent.objects.of_owner(login.user_id)) == [event]


def test_an_owner_sees_the_accesses_to_what_is_theirs_the_latest_first(carol: User, alice: User, bob: User) -> None:
    first, _, last = read(carol, alice), read(carol, bob), read(carol, alice)

    assert list(AccessEvent.objects.of_owner(alice.pk)) == [last, first]


def test_the_accesses_of_an_owner_come_in_pages(carol: User, alice: User) -> None:
    events = [read(carol, alice) for _ in range(3)]
    listed = AccessEvent.objects.of_owner(alice.pk)

    page = page_of(listed, {"after": str(events[1].pk)}, lambda name: listed.filter(pk=int(name)), size=1)

    assert list(page.rows) == [events[0]]


def test_changes_of_members_belong_to_their_collection(alice: User, bob: User) -> None:
    collection = uuid4()

    AccessEvent.objects.record_member(
        Kind.MEMBER_ADDED,
        actor=alice,
        how=How.PAGE,
        member_id=bob.pk,
        member_name="bob",
        collection=collection,
        details={"role": "listen"},
    )

    [event] = AccessEvent.objects.of_collection(collection)
    assert (event.kind, event.actor_name, event.member_id, event.member_name) == (
        "member-added",
        "alice",
        bob.pk,
        "bob",
    )
    assert event.details == {"role": "listen"}


@pytest.mark.parametrize(
    ("events", "index"),
    [
        (lambda: AccessEvent.objects.of_owner(1)[:50], "access_of_owner"),
        (lambda: AccessEvent.objects.of_conversation(uuid4())[:50], "access_of_conversation"),
        (lambda: AccessEvent.objects.of_collection(uuid4())[:50], "access_of_collection"),
    ],
)
def test_accesses_are_read_by_index(events: Any, index: str) -> None:
    with explained() as plans:
        list(events())

    assert index in plans[0]


@pytest.mark.usefixtures("static_files")
@pytest.mark.parametrize("path", ["/recordings/", "/api/recordings/"])
def test_what_is_not_recorded_is_refused_in_words(path: str) -> None:
    request = RequestFactory().get(path)

    try:
        AccessEvent.objects.record(Kind.READ, actor=None, how=How.PAGE)
    except NotRecorded:
        response = server_error(request)

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "could not be recorded" in response.content.decode()
