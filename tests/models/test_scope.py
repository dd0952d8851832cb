"""What a search may look at: all that is heard, a part of it, or nothing, which are never confused."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from chat.models import Collection, Filter, Membership, Recording, Scope

from ..support.asked import recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales(alice: User) -> Collection:
    """A collection that alice hears, with one recording."""
    sales = Collection.objects.create(name="Sales")
    Membership.objects.create(collection=sales, user=alice)
    recorded("Pipeline", "We sell.", speaker="Ana Lima", collection=sales)
    return sales


def titles(scope: Scope) -> set[str]:
    return set(scope.recordings().values_list("title", flat=True))


def test_who_hears_every_collection_and_chose_nothing_searches_everything(alice: User, sales: Collection) -> None:
    recorded("Launch", "We ship.")

    scope = Scope.begin(alice.pk)

    assert (scope.is_everything, scope.is_empty) == (True, False)
    assert titles(scope) == {"Launch", "Pipeline"}


def test_who_does_not_hear_a_collection_does_not_search_everything(bob: User, sales: Collection) -> None:
    recorded("Launch", "We ship.")

    scope = Scope.begin(bob.pk)

    assert (scope.is_everything, scope.is_empty) == (False, False)
    assert titles(scope) == {"Launch"}


def test_who_hears_nothing_has_an_empty_scope_which_is_not_everything(bob: User, sales: Collection) -> None:
    Collection.objects.filter(is_default=True).update(everyone=False)

    scope = Scope.begin(bob.pk)

    assert (scope.is_everything, scope.is_empty, scope.collections) == (False, True, ())


def test_a_library_without_recordings_is_empty_for_everybody(alice: User) -> None:
    assert Scope.begin(alice.pk).is_empty


@pytest.mark.parametrize("chosen", [Filter(recordings=(uuid4(),)), Filter(collections=(uuid4(),))])
def test_a_choice_of_what_is_not_there_is_empty_and_never_everything(
    alice: User, sales: Collection, chosen: Filter
) -> None:
    scope = Scope.begin(alice.pk, chosen)

    assert (scope.is_everything, scope.is_empty, titles(scope)) == (False, True, set())


def test_a_choice_of_what_is_not_heard_is_empty(bob: User, sales: Collection) -> None:
    recording = sales.recordings.get()

    assert Scope.begin(bob.pk, Filter(recordings=(recording.uuid,))).is_empty
    assert Scope.begin(bob.pk, Filter(collections=(sales.uuid,))).is_empty


def test_what_is_no_longer_heard_leaves_the_scope_of_a_search_that_has_begun(alice: User, sales: Collection) -> None:
    scope = Scope.begin(alice.pk)
    Membership.objects.all().delete()

    assert titles(scope) == set()


def test_what_is_heard_only_later_does_not_enter_a_search_that_has_begun(bob: User, sales: Collection) -> None:
    scope = Scope.begin(bob.pk)
    Membership.objects.create(collection=sales, user=bob)

    assert titles(scope) == set()
    assert titles(Scope.begin(bob.pk)) == {"Pipeline"}


def test_a_whole_collection_or_a_speaker_can_be_chosen(alice: User, sales: Collection) -> None:
    recorded("Launch", "We ship.", speaker="Bob Ray")

    assert titles(Scope.begin(alice.pk, Filter(collections=(sales.uuid,)))) == {"Pipeline"}
    assert titles(Scope.begin(alice.pk, Filter(speakers=("Bob Ray",)))) == {"Launch"}
    assert titles(Scope.begin(alice.pk, Filter(collections=(sales.uuid,), speakers=("Bob Ray",)))) == set()


JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (6, 7, 8))


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (Filter(since=JULY), {"July", "August"}),
        (Filter(until=JULY), {"June", "July"}),
        (Filter(since=JULY, until=JULY), {"July"}),
        (Filter(since=JULY, until=JULY, undated=True), {"July", "Never"}),
        (Filter(until=JUNE, undated=True), {"June", "Never"}),
        (Filter(undated=True), {"Never"}),
        (Filter(), {"June", "July", "August", "Never"}),
        (Filter(since=AUGUST, until=JUNE), set()),
    ],
)
def test_a_period_has_the_undated_only_if_they_are_chosen(alice: User, chosen: Filter, found: set[str]) -> None:
    for title, day in (("June", JUNE), ("July", JULY), ("August", AUGUST), ("Never", None)):
        Recording.objects.filter(pk=recorded(title, "Hello.").pk).update(recorded_on=day)

    assert titles(Scope.begin(alice.pk, chosen)) == found
