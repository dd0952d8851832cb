"""Each change of who may review is recorded, in whatever way it is made, and every user can see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from chat.accounts.reviewers import follow_setting, follow_setting_for, record_unnoticed
from chat.models import REVIEWERS, AccessEvent, How, ListedReviewer, acting, is_reviewer, reviewers

from ..support.plans import explained

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

Changes = list[tuple[str, str, str]]


def changes() -> Changes:
    """Return what the log says of reviewers, the latest last: what, of whom, and why."""
    events = AccessEvent.objects.of_reviewers().reverse()
    return [(event.kind, event.member_name, event.reason) for event in events]


@pytest.fixture
def group(carol: User) -> Group:
    """The group, in which carol is; the log says nothing before."""
    return Group.objects.get(name=REVIEWERS)


@pytest.fixture
def since(group: Group) -> Callable[[], Changes]:
    """Return what has happened since the test began."""
    count = len(changes())
    return lambda: changes()[count:]


# Changes in programs


def test_who_is_added_to_the_group_and_taken_out_is_recorded(
    alice: User, group: Group, since: Callable[[], Changes]
) -> None:
    alice.groups.add(group)
    group.user_set.remove(alice)
    alice.groups.set([group])
    group.user_set.clear()

    added, removed = ("reviewer-added", "alice", ""), ("reviewer-removed", "alice", "")
    assert since()[:3] == [added, removed, added]
    assert sorted(since()[3:]) == [removed, ("reviewer-removed", "carol", "")]


def test_a_reviewer_whose_account_is_deactivated_is_one_no_more(carol: User, since: Callable[[], Changes]) -> None:
    carol.is_active = False
    carol.save()
    carol.is_active = True
    carol.save(update_fields=["is_active"])

    assert since() == [
        ("reviewer-removed", "carol", "The account was deactivated."),
        ("reviewer-added", "carol", ""),
    ]


def test_a_reviewer_whose_account_is_deleted_is_one_no_more(carol: User, since: Callable[[], Changes]) -> None:
    User.objects.filter(pk=carol.pk).delete()

    assert since() == [("reviewer-removed", "carol", "The account was deleted.")]


def test_the_deletion_of_the_group_is_recorded_with_its_members(group: Group, since: Callable[[], Changes]) -> None:
    group.delete()

    assert since() == [
        ("reviewers-changed", "", "The group was deleted."),
        ("reviewer-removed", "carol", "The group was deleted or got another name."),
    ]


def test_another_name_of_the_group_is_recorded_with_its_members(group: Group, since: Callable[[], Changes]) -> None:
    group.name = "Readers"
    group.save()
    group.name = REVIEWERS
    group.save()

    assert since() == [
        ("reviewers-changed", "", "The group “Reviewers” got the name “Readers”."),
        ("reviewer-removed", "carol", "The group was deleted or got another name."),
        ("reviewers-changed", "", "The group “Readers” got the name “Reviewers”."),
        ("reviewer-added", "carol", ""),
    ]


def test_a_new_group_and_its_permissions_are_recorded(group: Group, since: Callable[[], Changes]) -> None:
    group.delete()
    anew = Group.objects.create(name=REVIEWERS)
    anew.permissions.add(Permission.objects.all()[0])

    assert since()[2:] == [
        ("reviewers-changed", "", "The group was created."),
        ("reviewers-changed", "", "The permissions of the group were changed."),
    ]


def test_what_does_not_change_the_reviewers_is_not_recorded(
    alice: User, carol: User, since: Callable[[], Changes]
) -> None:
    alice.groups.add(Group.objects.create(name="Sales"))
    alice.is_staff = alice.is_superuser = True
    alice.save()
    alice.delete()
    carol.first_name = "Carol"
    carol.save()

    assert since() == []


def test_a_sign_in_asks_nothing_about_reviewers(carol: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        carol.save(update_fields=["last_login"])


def test_what_a_program_does_for_a_user_is_recorded_as_theirs(alice: User, bob: User, group: Group) -> None:
    with acting(bob, How.PAGE):
        alice.groups.add(group)
    latest = AccessEvent.objects.of_reviewers()[0]
    alice.groups.clear()

    assert (latest.actor_name, latest.how) == ("bob", "page")
    latest = AccessEvent.objects.of_reviewers()[0]
    assert (latest.actor_id, latest.actor_name, latest.how) == (None, "", "program")


# What nobody has noticed


@pytest.mark.parametrize(
    "change",
    [
        lambda: User.objects.update(is_active=False),
        lambda: Group.objects.update(name="Readers"),
        lambda: User.groups.through.objects.all().delete(),
    ],
)
def test_a_change_that_sends_no_signal_is_recorded_when_it_is_seen_twice(
    since: Callable[[], Changes], change: Callable[[], object]
) -> None:
    change()

    seen = record_unnoticed("one", set())
    assert since() == []
    assert record_unnoticed("one", seen) == seen
    assert record_unnoticed("one", seen) == set()
    assert [(kind, name) for kind, name, _ in since()] == [("reviewer-removed", "carol")]


def test_a_membership_that_sql_has_added_is_recorded(alice: User, group: Group, since: Callable[[], Changes]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO auth_user_groups (user_id, group_id) VALUES (%s, %s)", [alice.pk, group.pk])

    record_unnoticed("one", record_unnoticed("one", set()))

    assert since() == [("reviewer-added", "alice", "")]


def test_without_a_change_the_look_reads_by_index(group: Group) -> None:
    with explained() as plans:
        assert record_unnoticed("one", set()) == set()

    assert len(plans) == 2
    assert all("access_of_" in plan for plan in plans)


# The admin


@pytest.fixture
def administrator(client: Client, bob: User) -> Client:
    """A client signed in as bob, who is a superuser."""
    bob.is_staff = bob.is_superuser = True
    bob.save()
    client.force_login(bob)
    return client


def test_the_admin_records_who_adds_a_reviewer(administrator: Client, alice: User, group: Group) -> None:
    form = {"username": "alice", "groups": group.pk, "is_active": "on", "is_staff": ""}

    response = administrator.post(reverse("admin:auth_user_change", args=[alice.pk]), form)

    assert response.status_code == 302
    latest = AccessEvent.objects.of_reviewers()[0]
    assert (latest.kind, latest.member_name) == ("reviewer-added", "alice")
    assert (latest.actor_name, latest.how) == ("bob", "admin")


def test_the_admin_records_who_deletes_reviewers_together(administrator: Client, carol: User) -> None:
    form = {"action": "delete_selected", "_selected_action": [carol.pk], "post": "yes"}

    assert administrator.post(reverse("admin:auth_user_changelist"), form).status_code == 302

    latest = AccessEvent.objects.of_reviewers()[0]
    assert (latest.member_name, latest.actor_name, latest.reason) == ("carol", "bob", "The account was deleted.")


def test_the_admin_records_who_deletes_the_group(administrator: Client, group: Group) -> None:
    address = reverse("admin:auth_group_delete", args=[group.pk])

    assert administrator.post(address, {"post": "yes"}).status_code == 302

    assert {event.actor_name for event in AccessEvent.objects.of_reviewers()[:2]} == {"bob"}


def test_a_superuser_is_no_reviewer_and_becomes_one_only_on_record(
    administrator: Client, bob: User, group: Group
) -> None:
    assert not is_reviewer(bob.pk)

    form = {"username": "bob", "groups": group.pk, "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    administrator.post(reverse("admin:auth_user_change", args=[bob.pk]), form)

    assert is_reviewer(bob.pk)
    latest = AccessEvent.objects.of_reviewers()[0]
    assert (latest.member_name, latest.actor_name) == ("bob", "bob")


# The setting


@pytest.fixture
def proxy(settings: Settings) -> Settings:
    settings.TRUSTED_PROXY, settings.REVIEWER_EMAILS = "127.0.0.1", ["alice@example.com"]
    return settings


def addressed(user: User, email: str) -> User:
    user.email = email
    user.save()
    return user


def test_users_are_reviewers_while_the_setting_names_them(alice: User, proxy: Settings) -> None:
    addressed(alice, "alice@example.com")

    follow_setting()
    follow_setting()
    assert is_reviewer(alice.pk)
    proxy.REVIEWER_EMAILS = []
    follow_setting()

    assert not is_reviewer(alice.pk)
    events = AccessEvent.objects.of_reviewers()[:2]
    assert [(event.kind, event.how, event.actor_id) for event in events] == [
        ("reviewer-removed", "setting", None),
        ("reviewer-added", "setting", None),
    ]


def test_a_reviewer_whom_somebody_has_added_stays(carol: User, proxy: Settings) -> None:
    addressed(carol, "carol@example.com")
    proxy.REVIEWER_EMAILS = ["carol@example.com"]
    follow_setting()
    proxy.REVIEWER_EMAILS = []
    follow_setting()

    assert is_reviewer(carol.pk)
    assert not ListedReviewer.objects.exists()


def test_without_a_proxy_an_address_makes_nobody_a_reviewer(alice: User, settings: Settings) -> None:
    settings.TRUSTED_PROXY, settings.REVIEWER_EMAILS = "", ["alice@example.com"]
    addressed(alice, "alice@example.com")

    follow_setting()

    assert not reviewers().exists()


def test_an_address_that_changes_is_followed_at_the_next_sign_in(alice: User, proxy: Settings) -> None:
    follow_setting_for(addressed(alice, "alice@example.com"))
    assert is_reviewer(alice.pk)

    follow_setting_for(addressed(alice, "other@example.com"))

    assert not is_reviewer(alice.pk)
