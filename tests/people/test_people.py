"""The list of people: who is who, who was last seen when, and the ways to lock somebody out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from chat.models import AccessEvent, ApiToken, LoginSession, Turn
from chat.models.secret import digest_of

from ..support.asked import asked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def admin(client: Client) -> User:
    """An administrator, who is signed in."""
    admin = User.objects.create_superuser("root", email="root@example.com", password="root-secret-words")
    client.force_login(admin)
    return admin


def test_a_row_has_name_roles_devices_and_when_somebody_was_last_seen(
    client: Client, admin: User, alice: User, carol: User
) -> None:
    alice.first_name, alice.email = "Alice Oak", "alice@example.com"
    alice.save()
    alice.groups.add(Group.objects.create(name="Birders"))
    LoginSession.objects.create(user=alice)
    LoginSession.objects.create(user=alice)

    page = text(client.get("/people/"))

    row = page.partition("<bdi>Alice Oak</bdi>")[2].partition("</li>")[0]
    assert "<bdi>alice</bdi>" in row
    assert "<bdi>alice@example.com</bdi>" in row
    assert "Birders" in row
    assert "2 devices" in row
    assert "last seen <time" in row
    assert "<span>staff, reviewer</span>" in page
    assert "<span>administrator</span>" in page


def test_people_are_found_by_all_words_in_name_or_address(client: Client, admin: User, alice: User, bob: User) -> None:
    User.objects.filter(pk=alice.pk).update(first_name="Alice", last_name="Oak", email="a.oak@example.com")

    for query in ("oak ali", "A.OAK@", "alice"):
        page = text(client.get("/people/", {"q": query}))
        assert ("<bdi>Alice Oak</bdi>" in page, "<bdi>bob</bdi>" in page) == (True, False), query
    assert "Nobody has this name or address." in text(client.get("/people/", {"q": "zebra"}))


def test_the_list_has_pages_and_costs_the_same_for_any_number(client: Client, admin: User) -> None:
    client.get("/people/")
    with CaptureQueriesContext(connection) as few:
        client.get("/people/")
    User.objects.bulk_create(User(username=f"user{number:03}") for number in range(120))

    with CaptureQueriesContext(connection) as many:
        first = client.get("/people/")
    last = User.objects.get(username="user048")
    second = text(client.get("/people/", {"after": last.pk}))

    assert "1–50 of 121 people" in text(first)
    assert "51–100 of 121" in second
    assert "<bdi>user049</bdi>" in second
    assert len(many) - len(few) <= 1  # the list is counted


def test_a_row_has_what_somebody_has_used_of_a_budget(
    client: Client, admin: User, login: LoginSession, settings: Settings
) -> None:
    assert "today" not in text(client.get("/people/"))

    settings.CHAT_QUESTIONS_PER_DAY, settings.CHAT_TOKENS_PER_DAY = 5, 10_000
    asked(login)

    row = text(client.get("/people/")).partition("<bdi>alice</bdi>")[2].partition("</li>")[0]
    assert "<span>1 of 5 questions today</span><span>18 of 10,000 tokens today</span>" in row


def test_who_may_see_people_but_not_change_them_has_no_buttons(client: Client, alice: User, bob: User) -> None:
    alice.user_permissions.add(Permission.objects.get(codename="view_user"))
    client.force_login(alice)

    page = text(client.get(f"/people/{bob.pk}/"))

    assert "Deactivate" not in page
    assert client.post(f"/people/{bob.pk}/active/", {"active": "no"}).status_code == 403
    assert client.post(f"/people/{bob.pk}/delete/", {"name": "bob"}).status_code == 403


def test_an_administrator_is_locked_out_only_by_another(client: Client, admin: User, alice: User) -> None:
    alice.user_permissions.add(*Permission.objects.filter(codename__in=["view_user", "change_user", "delete_user"]))
    client.force_login(alice)

    assert client.post(f"/people/{admin.pk}/active/", {"active": "no"}).status_code == 403
    assert client.get(f"/people/{admin.pk}/delete/").status_code == 403


# Deactivating


def test_who_is_deactivated_loses_sessions_tokens_and_turns_at_once(client: Client, admin: User, alice: User) -> None:
    browser = Client()
    browser.force_login(alice)
    login = LoginSession.objects.get(user=alice)
    streaming, queued = asked(login, state="streaming"), asked(login, state="queued")
    _, secret = ApiToken.issue(alice, "reports")

    response = client.post(f"/people/{alice.pk}/active/", {"active": "no"}, follow=True)

    for turn in (streaming, queued):
        turn.refresh_from_db()
    assert "alice was deactivated and is signed out everywhere." in text(response)
    assert browser.get("/").status_code == 302
    assert ApiToken.login(digest_of(secret)) is None
    assert (bool(streaming.stop_requested_at), queued.state) == (True, "cancelled")
    assert "Was deactivated" in text(response)
    [event] = AccessEvent.objects.of_member(alice.pk)
    assert (event.kind, event.actor_name, event.how) == ("account-deactivated", "root", "page")
    assert "deactivated</span>" in text(client.get("/people/"))


def test_who_is_activated_again_may_sign_in(client: Client, admin: User, alice: User) -> None:
    client.post(f"/people/{alice.pk}/active/", {"active": "no"})
    response = client.post(f"/people/{alice.pk}/active/", {"active": "yes"}, follow=True)

    assert "alice may sign in again." in text(response)
    signed_in = Client().post("/accounts/login/", {"username": "alice", "password": "alice-secret-words"})
    assert signed_in.status_code == 302


def test_nobody_locks_themselves_out(client: Client, admin: User, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_superuser=True)

    response = client.post(f"/people/{admin.pk}/active/", {"active": "no"})

    assert "This is your own account." in text(response)
    assert client.get("/").status_code == 200
    assert client.get(f"/people/{admin.pk}/delete/")["Location"] == "/accounts/delete/"


# Deleting


def test_a_person_is_deleted_after_the_page_has_said_what_goes(
    client: Client, admin: User, alice: User, login: LoginSession
) -> None:
    asked(login)

    page = text(client.get(f"/people/{alice.pk}/delete/"))
    refused = client.post(f"/people/{alice.pk}/delete/", {"name": "bob"})
    response = client.post(f"/people/{alice.pk}/delete/", {"name": "alice"}, follow=True)

    assert "1 conversation with 1 question" in page
    assert "What people ask is theirs: you cannot download it for them." in page
    assert "This is not the user name." in text(refused)
    assert "alice was deleted." in text(response)
    assert not Turn.objects.exists()
    [event] = AccessEvent.objects.of_member(alice.pk)
    assert (event.kind, event.actor_name, event.member_name) == ("account-deleted", "root", "alice")


@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999999"])
def test_an_unknown_person_is_not_found(client: Client, admin: User, pk: str) -> None:
    assert client.get(f"/people/{pk}/").status_code == 404
    assert client.post(f"/people/{pk}/active/").status_code == 404
    assert client.get(f"/people/{pk}/delete/").status_code == 404


def test_a_person_who_never_came_was_never_seen(client: Client, admin: User, alice: User) -> None:
    assert "never seen" in text(client.get(f"/people/{alice.pk}/"))
    User.objects.filter(pk=alice.pk).update(last_login=timezone.now() - timedelta(days=400))
    assert "never seen" not in text(client.get(f"/people/{alice.pk}/"))


def test_the_page_of_a_person_makes_a_sign_in_link_for_somebody_who_forgot_the_password(
    client: Client, admin: User, alice: User
) -> None:
    address, link = f"/people/{alice.pk}/", f'action="/admin/auth/user/{alice.pk}/sign-in-link/"'

    assert link in text(client.get(address))
    assert "/accounts/link/" in text(client.post(f"/admin/auth/user/{alice.pk}/sign-in-link/"))
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert link not in text(client.get(address))
    User.objects.filter(pk=alice.pk).update(is_active=True)
    User.objects.filter(pk=admin.pk).update(is_superuser=False)
    admin.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    assert link not in text(client.get(address))
