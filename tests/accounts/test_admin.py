"""Accounts in the admin: new users, and the sign-in links that administrators make for them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from chat.models import PasswordOffer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


def make_link(client: Client, user: User, **options: Any) -> Any:
    return client.post(f"/admin/auth/user/{user.pk}/sign-in-link/", **options)


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def manager(carol: User) -> User:
    """A member of staff who may change users, but is no superuser."""
    carol.user_permissions.add(*Permission.objects.filter(codename__in=["change_user", "view_user"]))
    return carol


def test_an_administrator_makes_a_link_that_works_once(client: Client, admin_user: User, alice: User) -> None:
    client.force_login(admin_user)
    assert "Make a sign-in link" in text(client.get(f"/admin/auth/user/{alice.pk}/change/"))

    page = text(make_link(client, alice))

    [link] = re.findall(r'value="(http://testserver/accounts/link/\S+)"', page)
    assert re.search(r"until\s+<time datetime=\S+>\s+<strong>\d{1,2} \w{3} \d{4}, \d\d:\d\d</strong>", page)
    browser = Client()
    assert browser.post(urlsplit(link).path).status_code == 302
    assert browser.session["_auth_user_id"] == str(alice.pk)
    assert Client().post(urlsplit(link).path).status_code == 410


def test_the_history_of_the_user_says_who_made_a_link(client: Client, admin_user: User, alice: User) -> None:
    client.force_login(admin_user)

    make_link(client, alice)

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.change_message) == (admin_user, str(alice.pk), "Made a sign-in link.")
    assert "Made a sign-in link." in text(client.get(f"/admin/auth/user/{alice.pk}/history/"))


@pytest.mark.parametrize("target", ["admin_user", "alice"])
def test_staff_who_may_change_users_make_no_links(
    client: Client, manager: User, request: pytest.FixtureRequest, target: str
) -> None:
    account = request.getfixturevalue(target)
    client.force_login(manager)

    assert "Make a sign-in link" not in text(client.get(f"/admin/auth/user/{account.pk}/change/"))
    assert make_link(client, account).status_code == 403
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("who", ["alice", "carol"])
def test_others_make_no_links_not_even_for_themselves(client: Client, request: pytest.FixtureRequest, who: str) -> None:
    user = request.getfixturevalue(who)
    client.force_login(user)

    assert make_link(client, user).status_code in {302, 403}
    assert not LogEntry.objects.exists()


def test_nobody_makes_a_link_by_a_mere_visit(client: Client, admin_user: User, alice: User) -> None:
    client.force_login(admin_user)

    assert client.get(f"/admin/auth/user/{alice.pk}/sign-in-link/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert make_link(strict, alice).status_code == 403
    assert client.post("/admin/auth/user/999/sign-in-link/").status_code == 404
    assert not LogEntry.objects.exists()


def test_a_user_who_cannot_sign_in_gets_no_link(client: Client, admin_user: User, alice: User) -> None:
    client.force_login(admin_user)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert "Make a sign-in link" not in text(client.get(f"/admin/auth/user/{alice.pk}/change/"))
    assert make_link(client, alice).status_code == 403


@pytest.mark.parametrize(
    ("host", "warns"),
    [("127.0.0.1:8000", True), ("localhost", True), ("[::1]:8000", True), ("chat.example", False)],
)
def test_a_link_to_this_machine_alone_says_so(
    client: Client, admin_user: User, alice: User, settings: Any, host: str, warns: bool
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client.force_login(admin_user)

    page = text(make_link(client, alice, headers={"host": host}))

    assert f"http://{host}/accounts/link/" in page
    assert ("works only on the machine that runs the site" in page) is warns


def test_a_new_user_needs_no_password(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)

    page = text(client.get("/admin/auth/user/add/"))
    client.post("/admin/auth/user/add/", {"username": "mara", "usable_password": "false"})

    assert re.search(r'value="false"[^>]*checked', page)
    assert not User.objects.get(username="mara").has_usable_password()


def test_a_user_who_was_asked_for_a_password_can_be_deleted(client: Client, admin_user: User, alice: User) -> None:
    PasswordOffer.make(alice)
    client.force_login(admin_user)

    client.post(f"/admin/auth/user/{alice.pk}/delete/", {"post": "yes"})

    assert not User.objects.filter(username="alice").exists()
