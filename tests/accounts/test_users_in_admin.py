"""Users and groups in the admin: who is signed out, what is deleted with a user, which permissions are offered."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from chat.models import REVIEWERS, Conversation, DailyBudget, LoginSession, Turn

from ..support.asked import asked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


def text(response: Any) -> str:
    return str(response.content.decode())


def permit(user: User, *names: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))


def test_deactivating_a_user_signs_them_out(client: Client, admin_user: User, alice: User, login: LoginSession) -> None:
    client.force_login(admin_user)
    inactive = {"username": "alice", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}

    client.post(f"/admin/auth/user/{alice.pk}/change/", inactive)

    login.refresh_from_db()
    assert login.ended_at


def test_a_new_password_signs_a_user_out(client: Client, admin_user: User, alice: User, login: LoginSession) -> None:
    client.force_login(admin_user)
    new = {"password1": "quite-another-word", "password2": "quite-another-word", "usable_password": "true"}

    client.post(f"/admin/auth/user/{alice.pk}/password/", new)

    login.refresh_from_db()
    assert login.ended_at
    assert client.get("/").status_code == 200


def test_deleting_a_user_deletes_their_conversations(client: Client, admin_user: User, login: LoginSession) -> None:
    turn = asked(login)
    client.force_login(admin_user)

    client.post(f"/admin/auth/user/{turn.user.pk}/delete/", {"post": "yes"})

    assert not Conversation.objects.exists()
    assert not Turn.objects.exists()


def test_the_page_of_a_user_folds_away_the_permissions_and_offers_those_that_open_something(
    client: Client, admin_user: User, alice: User
) -> None:
    permit(alice, "change_recording", "add_logentry")
    Group.objects.get_or_create(name=REVIEWERS)
    client.force_login(admin_user)

    html = text(client.get(f"/admin/auth/user/{alice.pk}/change/"))

    folded = html.split("<details>")[1].split("</details>")[0]
    assert "Single permissions" in folded
    assert "Can delete recording" in folded
    assert "| Can delete recording" not in folded
    assert "Can add log entry" in folded  # she has it already
    assert "Can change log entry" not in html
    assert 'type="checkbox" name="is_staff"' in html.split("<details>")[0]
    assert 'type="checkbox" name="groups"' in html.split("<details>")[0]


def test_saving_a_user_keeps_and_changes_permissions(client: Client, admin_user: User, alice: User) -> None:
    permit(alice, "add_logentry")
    kept, new = (Permission.objects.get(codename=name).pk for name in ("add_logentry", "view_recording"))
    client.force_login(admin_user)

    client.post(
        f"/admin/auth/user/{alice.pk}/change/",
        {"username": "alice", "is_active": "on", "user_permissions": [kept, new]},
    )

    assert set(alice.user_permissions.values_list("codename", flat=True)) == {"add_logentry", "view_recording"}


def test_who_may_change_a_group_sets_its_budget(client: Client, alice: User, bob: User) -> None:
    group = Group.objects.create(name="Interns")
    bob.groups.add(group)
    alice.is_staff = True
    alice.save()
    alice.user_permissions.add(Permission.objects.get(codename="change_group"))
    client.force_login(alice)
    address = f"/admin/auth/group/{group.pk}/change/"
    assert "Questions per day" in text(client.get(address))

    form = {"name": "Interns", "budget-TOTAL_FORMS": 1, "budget-INITIAL_FORMS": 0, "budget-0-group": group.pk}
    client.post(address, form | {"budget-0-questions": 7, "budget-0-tokens": ""})

    assert (DailyBudget.of(bob.pk).questions, DailyBudget.of(bob.pk).tokens) == (7, 0)


def test_a_group_is_made_of_permissions_that_open_something(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)
    useful = Permission.objects.get(codename="delete_recording").pk

    no_budget = {"budget-TOTAL_FORMS": 0, "budget-INITIAL_FORMS": 0}
    client.post("/admin/auth/group/add/", {"name": "Librarians", "permissions": [useful]} | no_budget)

    assert Group.objects.get(name="Librarians").permissions.get().codename == "delete_recording"
    assert "Can add login session" not in text(client.get("/admin/auth/group/add/"))
