"""Who may change a collection, and what a change leaves: an event, and always somebody who manages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User

from chat.models import (
    AccessEvent,
    Collection,
    InvalidRequest,
    Kind,
    Members,
    Membership,
    NotFound,
    Recording,
    dissolve,
    hearers,
    make_collection,
    move,
)

from ..support.asked import recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales(alice: User) -> Collection:
    return make_collection(alice, "Sales")


@pytest.fixture
def members(sales: Collection, alice: User) -> Members:
    return Members(sales, alice)


def roles(collection: Collection) -> dict[str, str]:
    return {str(each.user or each.group): each.role for each in collection.memberships.all()}


def events(collection: Collection) -> list[tuple[str, str]]:
    """Return what happened, the latest first, and to whom."""
    return [(event.kind, event.member_name) for event in AccessEvent.objects.of_collection(collection.uuid)]


def test_who_makes_a_collection_manages_it(sales: Collection, alice: User) -> None:
    assert roles(sales) == {"alice": "manage"}
    assert events(sales) == [(Kind.MEMBER_ADDED, "alice"), (Kind.COLLECTION_CHANGED, "")]


@pytest.mark.parametrize("named", ["bob", "BOB", "bob@example.com", "Bob Stone", " Bob "])
def test_a_member_is_found_by_name_or_email_address(members: Members, bob: User, named: str) -> None:
    User.objects.filter(pk=bob.pk).update(first_name="Bob", last_name="Stone", email="bob@example.com")

    members.add(named, "listen")

    assert roles(members.collection) == {"alice": "manage", "bob": "listen"}


def test_a_group_is_found_by_its_name(members: Members) -> None:
    Group.objects.create(name="Sellers")

    members.add("sellers", "listen")

    assert roles(members.collection)["Sellers"] == "listen"
    assert AccessEvent.objects.of_collection(members.collection.uuid)[0].details["group"] == "Sellers"


@pytest.mark.parametrize("named", ["nobody", "", "ghost"])
def test_who_does_not_exist_or_is_not_active_cannot_be_added(members: Members, named: str) -> None:
    User.objects.create_user("ghost", is_active=False)

    with pytest.raises(InvalidRequest):
        members.add(named, "listen")

    assert roles(members.collection) == {"alice": "manage"}


def test_a_name_that_several_have_is_refused_with_their_user_names(members: Members) -> None:
    for name in ("ana1", "ana2"):
        User.objects.create_user(name, first_name="Ana")

    with pytest.raises(InvalidRequest, match="user ana1, user ana2"):
        members.add("Ana", "listen")


def test_nobody_is_a_member_twice(members: Members, bob: User) -> None:
    members.add("bob", "listen")

    with pytest.raises(InvalidRequest, match="bob is a member already"):
        members.add("bob", "manage")

    assert roles(members.collection)["bob"] == "listen"


def test_the_last_who_manages_can_neither_leave_nor_lose_the_role(members: Members, bob: User) -> None:
    members.add("bob", "listen")
    own = Membership.objects.get(user__username="alice")

    with pytest.raises(InvalidRequest, match="Somebody has to manage"):
        members.remove(own.pk)
    with pytest.raises(InvalidRequest, match="Somebody has to manage"):
        members.change(own.pk, "listen")

    assert roles(members.collection) == {"alice": "manage", "bob": "listen"}
    assert events(members.collection)[0] == (Kind.MEMBER_ADDED, "bob")


def test_a_group_without_active_users_manages_nothing(members: Members) -> None:
    Group.objects.create(name="Empty")
    members.add("Empty", "manage")

    with pytest.raises(InvalidRequest, match="Somebody has to manage"):
        members.remove(Membership.objects.get(user__username="alice").pk)


def test_who_manages_may_leave_when_another_does(members: Members, bob: User) -> None:
    members.add("bob", "manage")

    members.remove(Membership.objects.get(user__username="alice").pk)

    assert roles(members.collection) == {"bob": "manage"}
    assert events(members.collection)[0] == (Kind.MEMBER_REMOVED, "alice")


def test_a_member_of_another_collection_is_as_one_that_does_not_exist(members: Members, bob: User) -> None:
    other = make_collection(bob, "Others").memberships.get()

    for pk in (other.pk, 0):
        with pytest.raises(NotFound):
            members.remove(pk)


def test_opening_to_everyone_is_an_event_once(members: Members) -> None:
    members.open_to_everyone(True)
    members.open_to_everyone(True)

    changes = [event.details for event in AccessEvent.objects.of_collection(members.collection.uuid)]
    assert changes.count({"everyone": True}) == 1


def test_those_who_hear_are_members_members_of_groups_or_everyone(members: Members, alice: User, bob: User) -> None:
    group = Group.objects.create(name="Sellers")
    bob.groups.add(group)
    User.objects.create_user("ghost", is_active=False).groups.add(group)
    members.add("Sellers", "listen")

    both = [members.collection, Collection.objects.default()]

    assert list(hearers(both).values()) == [{alice.pk, bob.pk}, {alice.pk, bob.pk}]


def test_moving_a_recording_is_seen_by_both_collections(sales: Collection, alice: User, bob: User) -> None:
    people = make_collection(alice, "People")
    recording = recorded("Pipeline", collection=sales)

    move(recording, people, alice)

    assert Recording.objects.get().collection == people
    for collection in (sales, people):
        latest = AccessEvent.objects.of_collection(collection.uuid)[0]
        assert latest.details == {"recording": str(recording.uuid), "from": "Sales", "to": "People"}


def test_who_does_not_manage_both_moves_nothing(sales: Collection, alice: User, bob: User) -> None:
    others = make_collection(bob, "Others")
    recording = recorded("Pipeline", collection=sales)

    for actor in (alice, bob):
        with pytest.raises(NotFound):
            move(recording, others, actor)

    assert Recording.objects.get().collection == sales


def test_a_recording_that_was_moved_meanwhile_is_not_moved_again(sales: Collection, alice: User) -> None:
    people, archive = make_collection(alice, "People"), make_collection(alice, "Archive")
    recording = recorded("Pipeline", collection=sales)
    Recording.objects.update(collection=archive)

    with pytest.raises(NotFound):
        move(recording, people, alice)

    assert Recording.objects.get().collection == archive


def test_only_an_empty_collection_that_is_not_the_default_one_is_deleted(sales: Collection, alice: User) -> None:
    recording = recorded("Pipeline", collection=sales)

    for collection in (sales, Collection.objects.default()):
        with pytest.raises(InvalidRequest):
            dissolve(collection, alice)
    Recording.objects.filter(pk=recording.pk).delete()
    dissolve(sales, alice)

    assert set(Collection.objects.values_list("name", flat=True)) == {"Team"}


def test_an_administrator_changes_all_collections_without_hearing_them(sales: Collection, bob: User) -> None:
    bob.user_permissions.add(Permission.objects.get(codename="change_collection"))
    bob = User.objects.get(pk=bob.pk)

    assert sales in Collection.objects.changeable_by(bob)
    assert sales not in Collection.objects.heard_by(bob.pk)
