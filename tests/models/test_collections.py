"""Who hears what: members, groups, roles, everyone, and users who are not active."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from chat.models import Collection, Membership, Recording

from ..support.asked import recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales() -> Collection:
    return Collection.objects.create(name="Sales")


def heard(user: User) -> set[str]:
    """Return the titles of the recordings that the user hears."""
    return set(Recording.objects.heard_by(user.pk).values_list("title", flat=True))


def managed(user: User) -> set[str]:
    return set(Collection.objects.managed_by(user.pk).values_list("name", flat=True))


def test_a_recording_is_in_the_default_collection_which_everyone_hears(alice: User, bob: User) -> None:
    recording = recorded("Launch")

    assert recording.collection == Collection.objects.default()
    assert (recording.collection.name, recording.collection.everyone) == ("Team", True)
    assert heard(alice) == heard(bob) == {"Launch"}


def test_a_member_hears_only_the_own_collections(alice: User, bob: User, sales: Collection) -> None:
    Membership.objects.create(collection=sales, user=alice)
    Membership.objects.create(collection=Collection.objects.create(name="People"), user=bob)
    recorded("Pipeline", collection=sales)

    assert heard(alice) == {"Pipeline"}
    assert heard(bob) == set()


def test_the_members_of_a_group_hear_until_they_leave_it(alice: User, bob: User, sales: Collection) -> None:
    group = Group.objects.create(name="Sellers")
    Membership.objects.create(collection=sales, group=group)
    recorded("Pipeline", collection=sales)
    alice.groups.add(group)

    assert (heard(alice), heard(bob)) == ({"Pipeline"}, set())

    alice.groups.remove(group)

    assert heard(alice) == set()


def test_who_is_in_a_collection_twice_hears_each_recording_once(alice: User, sales: Collection) -> None:
    group = Group.objects.create(name="Sellers")
    alice.groups.add(group)
    Membership.objects.create(collection=sales, group=group)
    Membership.objects.create(collection=sales, user=alice)
    recorded("Pipeline", collection=sales)

    assert Recording.objects.heard_by(alice.pk).count() == 1


def test_only_the_role_manage_manages(alice: User, bob: User, sales: Collection) -> None:
    group = Group.objects.create(name="Leads")
    bob.groups.add(group)
    Membership.objects.create(collection=sales, user=alice, role="listen")
    Membership.objects.create(collection=sales, group=group, role="manage")

    assert (managed(alice), managed(bob)) == (set(), {"Sales"})


def test_everyone_hears_but_does_not_manage(alice: User) -> None:
    assert managed(alice) == set()


def test_a_user_who_is_not_active_hears_and_manages_nothing(alice: User, sales: Collection) -> None:
    Membership.objects.create(collection=sales, user=alice, role="manage")
    recorded("Pipeline", collection=sales)
    recorded("Launch")
    alice.is_active = False
    alice.save()

    assert (heard(alice), managed(alice)) == (set(), set())


def test_staff_and_superusers_hear_by_membership_like_everybody(carol: User, sales: Collection) -> None:
    recorded("Pipeline", collection=sales)
    carol.is_superuser = True
    carol.save()

    assert (heard(carol), managed(carol)) == (set(), set())


def test_who_is_no_user_hears_nothing() -> None:
    recorded("Launch")

    assert not Recording.objects.heard_by(0).exists()


def test_who_hears_is_decided_in_one_query(alice: User, django_assert_num_queries: object) -> None:
    recorded("Launch")

    with django_assert_num_queries(1):  # type: ignore[operator]  # a function
        assert heard(alice) == {"Launch"}


@pytest.mark.parametrize("members", ["both", "neither"])
def test_a_member_is_a_user_or_a_group(alice: User, sales: Collection, members: str) -> None:
    both = {"user": alice, "group": Group.objects.create(name="Sellers")} if members == "both" else {}

    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(collection=sales, **both)


def test_a_user_is_in_a_collection_once(alice: User, sales: Collection) -> None:
    Membership.objects.create(collection=sales, user=alice)

    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(collection=sales, user=alice, role="manage")


def test_an_unknown_role_is_refused(alice: User, sales: Collection) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(collection=sales, user=alice, role="own")


def test_names_are_unique_and_not_empty(sales: Collection) -> None:
    for name in ("Sales", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            Collection.objects.create(name=name)


def test_there_is_one_default_collection_which_cannot_be_deleted() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Collection.objects.create(name="Other", is_default=True)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM chat_collection WHERE is_default")

    assert Collection.objects.default().name == "Team"


def test_a_collection_with_recordings_cannot_be_deleted(sales: Collection) -> None:
    recording = recorded("Pipeline", collection=sales)
    with pytest.raises(ProtectedError):
        sales.delete()

    recording.delete()

    assert sales.delete()
