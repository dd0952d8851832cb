"""What a question searches only: collections, speakers and days, as they are asked, stored and asked again."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from chat.models import (
    Collection,
    Limits,
    LoginSession,
    Membership,
    NotFound,
    Scope,
    Submission,
    Turn,
)

from ..support.asked import recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales(alice: User) -> Collection:
    sales = Collection.objects.create(name="Sales")
    Membership.objects.create(collection=sales, user=alice)
    return sales


def submitted(login: LoginSession, limits: Limits) -> Turn:
    return Turn.objects.submit(login, Submission(request_id=uuid4(), question="When?", limits=limits))


def titles(user: User, limits: Limits) -> set[str]:
    """Return the titles of the recordings that a question of the user with these limits looks at."""
    return {recording.title for recording in Scope.begin(user.pk, limits.filter(())).recordings()}


def test_a_turn_stores_its_limits_with_the_names_of_the_collections(login: LoginSession, sales: Collection) -> None:
    limits = Limits(collections=(sales.uuid,), speakers=("Ana",), since=date(2026, 6, 1), undated=True)

    turn = submitted(login, limits)

    assert Turn.objects.get(pk=turn.pk).limits == turn.limits == {
        "collections": [{"id": str(sales.uuid), "name": "Sales"}],
        "speakers": ["Ana"],
        "since": "2026-06-01",
        "undated": True,
    }  # fmt: skip
    assert Limits.of(turn.limits) == limits


def test_a_turn_without_limits_stores_none(login: LoginSession) -> None:
    turn = submitted(login, Limits())

    assert turn.limits is None
    assert not turn.filter()


def test_a_collection_of_others_is_refused_as_one_that_is_gone(login: LoginSession) -> None:
    closed = Collection.objects.create(name="Board")

    for uuid in (closed.uuid, uuid4()):
        with pytest.raises(NotFound, match="no longer exists"):
            submitted(login, Limits(collections=(uuid,)))


def test_days_in_the_wrong_order_are_put_in_order(login: LoginSession) -> None:
    turn = submitted(login, Limits(since=date(2026, 6, 2), until=date(2026, 6, 1)))

    assert turn.limits == {"since": "2026-06-01", "until": "2026-06-02"}


def test_a_repeated_request_with_other_limits_is_another_question(sales: Collection) -> None:
    request = uuid4()
    plain = Submission(request_id=request, question="When?")
    limited = Submission(request_id=request, question="When?", limits=Limits(collections=(sales.uuid,)))
    turned = Submission(request_id=request, question="When?", limits=Limits(speakers=("Ana", "Bo")))
    same = Submission(request_id=request, question="When?", limits=Limits(speakers=("Bo", "Ana")))

    assert len({plain.digest(), limited.digest(), turned.digest()}) == 3
    assert turned.digest() == same.digest()


def test_the_limits_decide_what_is_looked_at(alice: User, sales: Collection) -> None:
    june, undated = recorded("June", "We ship.", speaker="Ana"), recorded("Undated", "We sail.", speaker="Bo")
    june.recorded_on = date(2026, 6, 10)
    june.save()
    recorded("Pipeline", "We sell.", speaker="Ana", collection=sales)

    assert titles(alice, Limits(collections=(sales.uuid,))) == {"Pipeline"}
    assert titles(alice, Limits(speakers=("Ana",))) == {"June", "Pipeline"}
    assert titles(alice, Limits(since=date(2026, 6, 1), until=date(2026, 6, 30))) == {"June"}
    assert titles(alice, Limits(since=date(2026, 7, 1), undated=True)) == {"Undated", "Pipeline"}
    assert titles(alice, Limits(undated=True, speakers=("Bo",))) == {"Undated"}
    assert titles(alice, Limits(speakers=("Nobody",))) == set()
    assert undated.recorded_on is None


def test_what_is_no_longer_heard_is_never_everything(alice: User, sales: Collection) -> None:
    recorded("Pipeline", "We sell.", collection=sales)
    recorded("Launch", "We ship.")
    limits = Limits(collections=(sales.uuid,))
    Membership.objects.all().delete()

    scope = Scope.begin(alice.pk, limits.filter(()))

    assert scope.is_empty
    assert titles(alice, limits) == set()
