"""Queries that are compiled once: they return what the ORM returns."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import BigIntegerField, CharField, IntegerField, QuerySet, UUIDField

from chat.models import Conversation, LoginSession, Submission, Turn
from chat.models.prepared import Many, Prepared

pytestmark = pytest.mark.django_db


@pytest.fixture
def turns(login: LoginSession) -> list[Turn]:
    return [Turn.objects.submit(login, Submission(request_id=uuid4(), question=f"Number {n}?")) for n in range(3)]


def test_each_fetch_has_its_own_parameters(turns: list[Turn]) -> None:
    prepared = Prepared(lambda uuid: Turn.objects.filter(uuid=uuid), uuid=UUIDField())

    assert [prepared.fetch(uuid=turn.uuid) for turn in turns] == [[turn] for turn in turns]
    assert prepared.first(uuid=uuid4()) is None


def test_rows_are_whole_with_their_relations_and_defaults(turns: list[Turn], django_assert_num_queries: Any) -> None:
    prepared = Prepared(lambda uuid: Turn.objects.select_related("conversation").filter(uuid=uuid), uuid=UUIDField())

    with django_assert_num_queries(1):
        turn = prepared.fetch(uuid=turns[0].uuid)[0]
        seen = (turn.question, turn.recordings, turn.conversation.title, turn.uuid, turn.created_at)

    stored = Turn.objects.get(pk=turn.pk)
    assert seen == (stored.question, [], stored.conversation.title, stored.uuid, stored.created_at)


def test_values_are_converted_as_in_the_orm(turns: list[Turn]) -> None:
    prepared = Prepared(lambda user: Turn.objects.filter(user=user).values_list("uuid", "state"), user=IntegerField())
    flat = Prepared(
        lambda state: Turn.objects.filter(state=state).order_by("pk").values_list("uuid", flat=True), state=CharField()
    )

    assert sorted(prepared.fetch(user=turns[0].user_id)) == sorted((turn.uuid, "queued") for turn in turns)
    assert flat.fetch(state="queued") == [turn.uuid for turn in turns]


def test_a_list_is_one_parameter(turns: list[Turn]) -> None:
    prepared = Prepared(
        lambda pks, uuids: Turn.objects.filter(pk__among=pks, uuid__among=uuids).order_by("pk"),
        pks=Many(BigIntegerField()),
        uuids=Many(UUIDField()),
    )
    uuids = [turn.uuid for turn in turns]

    assert prepared.fetch(pks=[turns[0].pk, turns[2].pk], uuids=uuids) == [turns[0], turns[2]]
    assert prepared.fetch(pks=[turns[0].pk, turns[1].pk, -1], uuids=uuids[1:]) == [turns[1]]
    assert prepared.fetch(pks=[], uuids=uuids) == []


def test_a_parameter_may_stand_in_several_places(turns: list[Turn]) -> None:
    prepared = Prepared(
        lambda pks, user: Turn.objects.filter(pk__among=pks, user=user, login_session__user=user).exclude(
            pk__among=pks, state="complete"
        ),
        pks=Many(BigIntegerField()),
        user=IntegerField(),
    )

    assert prepared.fetch(pks=[turns[1].pk], user=turns[1].user_id) == [turns[1]]
    assert prepared.fetch(pks=[turns[1].pk], user=turns[1].user_id + 1) == []


def test_a_query_is_compiled_once(turns: list[Turn]) -> None:
    built = []

    def build(**parameters: Any) -> QuerySet[Turn, Turn]:
        built.append(parameters)
        return Turn.objects.filter(**parameters)

    prepared = Prepared(build, uuid=UUIDField())
    for turn in turns:
        prepared.fetch(uuid=turn.uuid)

    assert len(built) == 1


def test_limits_and_subqueries_are_prepared_too(turns: list[Turn], bob: User) -> None:
    newest = Prepared(
        lambda user, pk: Turn.objects.filter(
            conversation__in=Conversation.objects.filter(user=user), pk__lt=pk
        ).order_by("-pk")[:1],
        user=IntegerField(),
        pk=IntegerField(),
    )

    assert newest.fetch(user=turns[0].user_id, pk=turns[2].pk) == [turns[1]]
    assert newest.fetch(user=bob.pk, pk=turns[2].pk) == []


def test_what_a_query_leaves_out_is_read_when_it_is_needed(turns: list[Turn], django_assert_num_queries: Any) -> None:
    prepared = Prepared(lambda uuid: Turn.objects.filter(uuid=uuid).only("question"), uuid=UUIDField())
    [turn] = prepared.fetch(uuid=turns[0].uuid)

    with django_assert_num_queries(0):
        assert turn.question == turns[0].question
    with django_assert_num_queries(1):
        assert turn.state == turns[0].state
    turn.model_name = "changed"
    turn.save(update_fields=["model_name"])
    assert Turn.objects.get(pk=turn.pk).model_name == "changed"


def test_all_queries_can_be_compiled_before_they_are_needed(turns: list[Turn]) -> None:
    built: list[str] = []

    def build(uuid: Any) -> QuerySet[Turn]:
        built.append("once")
        return Turn.objects.filter(uuid=uuid)

    prepared = Prepared(build, uuid=UUIDField())
    Prepared.compile_all()
    Prepared.compile_all()

    assert built == ["once"]
    assert prepared.fetch(uuid=turns[0].uuid) == [turns[0]]
    assert built == ["once"]


@pytest.mark.django_db(transaction=True)
def test_a_query_that_locks_rows_is_compiled_within_its_transaction_at_the_latest(turns: list[Turn]) -> None:
    prepared = Prepared(lambda uuid: Turn.objects.select_for_update().filter(uuid=uuid), uuid=UUIDField())

    Prepared.compile_all()

    with transaction.atomic():
        assert prepared.fetch(uuid=turns[0].uuid) == [turns[0]]
