"""The groups and roles that the provider decides about, anew at each sign-in, and what the log says of it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import Settings

from chat.models import REVIEWERS, AccessEvent, Kind
from chat.models.reviewer import is_reviewer

from ..support.identity_provider import IdentityProvider
from .coming import come

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def alice(alice: User, settings: Settings) -> User:
    settings.SSO_OIDC_GROUPS_CLAIM = "groups"
    alice.email = "alice@example.com"
    alice.save()
    return alice


def come_with(provider: IdentityProvider, *groups: str, **claims: object) -> None:
    provider.knows("alice-7", email="alice@example.com", email_verified=True, groups=list(groups), **claims)
    assert come(Client(), provider).status_code == 302


def names(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


def test_groups_follow_the_claim(provider: IdentityProvider, alice: User) -> None:
    Group.objects.bulk_create([Group(name="Sales"), Group(name="Board")])
    alice.groups.add(Group.objects.get(name="Board"))

    come_with(provider, "Sales", "Unknown here", REVIEWERS)

    assert names(alice) == {"Sales"}
    events = AccessEvent.objects.filter(kind=Kind.GROUPS_CHANGED, how="sso")
    assert [event.details for event in events.order_by("pk")] == [{"removed": ["Board"]}, {"added": ["Sales"]}]


def test_only_the_named_groups_follow(provider: IdentityProvider, alice: User, settings: Settings) -> None:
    settings.SSO_OIDC_GROUPS = ["Sales"]
    Group.objects.bulk_create([Group(name="Sales"), Group(name="Board")])
    alice.groups.add(Group.objects.get(name="Board"))

    come_with(provider, "Sales")

    assert names(alice) == {"Sales", "Board"}


@pytest.mark.parametrize("odd", [7, None, {"Sales": True}])
def test_an_odd_claim_is_no_group(provider: IdentityProvider, alice: User, odd: object) -> None:
    alice.groups.add(Group.objects.create(name="Board"))
    provider.knows("alice-7", email="alice@example.com", email_verified=True, groups=odd, _claim_names=None)

    assert come(Client(), provider).status_code == 302

    assert names(alice) == set()


@pytest.mark.parametrize("claim", ["", "roles"])
def test_without_the_setting_or_with_too_many_groups_nothing_changes(
    provider: IdentityProvider, alice: User, settings: Settings, claim: str
) -> None:
    settings.SSO_OIDC_GROUPS_CLAIM = claim
    alice.groups.add(Group.objects.create(name="Board"))

    come_with(provider, "Sales", _claim_names={"roles": "src1"})

    assert names(alice) == {"Board"}


def test_a_group_makes_administrators_and_reviewers_and_takes_it_back(
    provider: IdentityProvider, alice: User, bob: User, settings: Settings
) -> None:
    settings.SSO_OIDC_ADMIN_GROUP, settings.SSO_OIDC_REVIEWER_GROUP = "admins", "readers"
    User.objects.filter(pk=bob.pk).update(is_superuser=True)

    come_with(provider, "admins", "readers")
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser, is_reviewer(alice.pk)) == (True, True, True)

    come_with(provider)
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser, is_reviewer(alice.pk)) == (False, False, False)
    kinds = (Kind.ROLE_CHANGED, Kind.REVIEWER_ADDED, Kind.REVIEWER_REMOVED)
    events = AccessEvent.objects.filter(kind__in=kinds, member_id=alice.pk).order_by("pk")
    assert {event.how for event in events} == {"sso"}
    assert [event.kind for event in events] == [
        Kind.REVIEWER_ADDED, Kind.ROLE_CHANGED, Kind.REVIEWER_REMOVED, Kind.ROLE_CHANGED
    ]  # fmt: skip


def test_the_last_administrator_stays_one(provider: IdentityProvider, alice: User, settings: Settings) -> None:
    settings.SSO_OIDC_ADMIN_GROUP = "admins"
    User.objects.filter(pk=alice.pk).update(is_superuser=True)

    come_with(provider)

    assert User.objects.get(pk=alice.pk).is_superuser
