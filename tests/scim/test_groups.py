"""SCIM 2.0 of groups, with the requests of common directories."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from chat.models import REVIEWERS, AccessEvent, Kind

from .directory import call, details, patched

pytestmark = pytest.mark.django_db


def test_a_group_is_created_with_its_members(alice: User) -> None:
    response = call("POST", "Groups", {"displayName": "Tour Guides", "members": [{"value": str(alice.pk)}]})

    document = response.json()
    assert response.status_code == 201
    assert [each["display"] for each in document["members"]] == ["alice"]
    assert list(alice.groups.values_list("name", flat=True)) == ["Tour Guides"]
    [event] = AccessEvent.objects.of_member(alice.pk)
    assert (event.kind, event.how, event.details) == ("groups-changed", "scim", {"added": ["Tour Guides"]})
    assert call("GET", f"Users/{alice.pk}").json()["groups"][0]["display"] == "Tour Guides"


def test_members_are_added_and_removed(alice: User, bob: User) -> None:
    group = Group.objects.create(name="Tour Guides")
    path = f"Groups/{group.pk}"

    patched(path, {"op": "add", "path": "members", "value": [{"value": str(alice.pk)}, {"value": str(bob.pk)}]})
    assert set(group.user_set.all()) == {alice, bob}
    patched(path, {"op": "remove", "path": f'members[value eq "{alice.pk}"]'})
    assert set(group.user_set.all()) == {bob}
    patched(path, {"op": "replace", "path": "members", "value": [{"value": str(alice.pk)}]})
    assert set(group.user_set.all()) == {alice}
    patched(path, {"op": "Remove", "path": "members", "value": [{"value": str(alice.pk)}]})
    assert set(group.user_set.all()) == set()
    patched(path, {"op": "replace", "value": {"displayName": "Guides"}})
    found = call("GET", "Groups?filter=displayName%20eq%20%22guides%22&excludedAttributes=members").json()
    assert [each["displayName"] for each in found["Resources"]] == ["Guides"]


def test_a_member_that_is_unknown_is_refused(alice: User) -> None:
    group = Group.objects.create(name="Tour Guides")

    response = patched(f"Groups/{group.pk}", {"op": "add", "path": "members", "value": [{"value": "999"}]})

    assert details(response) == (400, "invalidValue")


def test_a_group_is_replaced_and_deleted(alice: User, bob: User) -> None:
    group = Group.objects.create(name="Tour Guides")
    group.user_set.add(alice)

    call("PUT", f"Groups/{group.pk}", {"displayName": "Guides", "externalId": "7", "members": [{"value": str(bob.pk)}]})
    assert set(group.user_set.all()) == {bob}
    assert call("GET", f"Groups/{group.pk}").json()["externalId"] == "7"
    assert call("DELETE", f"Groups/{group.pk}").status_code == 204
    assert not Group.objects.filter(name="Guides").exists()
    assert AccessEvent.objects.of_member(bob.pk).filter(kind=Kind.GROUPS_CHANGED).count() == 2


def test_reviewers_are_not_the_directory_s_to_decide(carol: User) -> None:
    group = Group.objects.get(name=REVIEWERS)

    assert call("GET", "Groups").json()["totalResults"] == 0
    assert details(call("DELETE", f"Groups/{group.pk}")) == (404, "")
    assert details(call("POST", "Groups", {"displayName": REVIEWERS})) == (403, "mutability")
    assert call("GET", f"Users/{carol.pk}").json()["groups"] == []
