"""Leaving: own conversations and the own account are deleted, and what stays stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import Settings

from chat.models import (
    REVIEWERS,
    AccessEvent,
    ApiToken,
    Citation,
    Collection,
    Conversation,
    How,
    Kind,
    LoginSession,
    Members,
    Recording,
    ReviewLabel,
    Turn,
    make_collection,
)
from chat.models.secret import digest_of

from ..support.asked import asked, citing, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

PASSWORD = {"proof": "alice-secret-words"}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def kinds_about(user_id: int) -> list[str]:
    return [event.kind for event in AccessEvent.objects.of_member(user_id)]


# Conversations


def test_all_own_conversations_are_deleted_and_what_runs_in_them_ends(
    client: Client, alice: User, bob: User, login: LoginSession
) -> None:
    asked(login)
    streaming, queued = asked(login, state="streaming"), asked(login, state="queued")
    other = asked(LoginSession.objects.create(user=bob)).conversation
    client.force_login(alice)

    page = text(client.get("/accounts/conversations/delete/"))
    response = client.post("/accounts/conversations/delete/", follow=True)

    for turn in (streaming, queued):
        turn.refresh_from_db()
    assert "3 conversations with all questions" in page
    assert "3 conversations were deleted: nobody can open them any more. Their text is erased" in text(response)
    assert list(Conversation.objects.kept()) == [other]
    assert (bool(streaming.stop_requested_at), queued.state) == (True, "cancelled")


def test_without_conversations_there_is_nothing_to_delete(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert "You have no conversations." in text(client.get("/accounts/conversations/delete/"))
    assert "0 conversations were deleted" in text(client.post("/accounts/conversations/delete/", follow=True))


# The account


def test_the_page_says_what_goes_and_what_stays(client: Client, alice: User, carol: User, login: LoginSession) -> None:
    turn = asked(login)
    make_collection(alice, "Birds")
    shared = make_collection(carol, "Seals")
    Members(shared, carol).add_user(alice, "manage")
    ReviewLabel.give(turn, alice, "good", "")
    ApiToken.issue(alice, "reports")
    client.force_login(alice)

    page = text(client.get("/accounts/delete/"))

    assert "1 conversation with 1 question, their answers" in page
    assert "1 API token: the programs that use them are refused." in page
    assert "The membership of “Birds” and “Seals”." in page
    assert "Nobody manages “Birds” then." in page
    assert "1 label given as a reviewer, without the name." in page
    assert "Recordings: they belong to their collections, not to a person." in page


def test_an_account_is_deleted_with_its_conversations_and_tokens(
    client: Client, alice: User, carol: User, login: LoginSession
) -> None:
    recording = recorded("Heron planning", "We ship in March.")
    other = asked(LoginSession.objects.create(user=carol))
    turn = asked(login, answer="In March [1].", citations=[citing(recording)])
    asked(login, state="streaming")
    asked(login, state="queued")
    ReviewLabel.give(other, alice, "good", "Right.")
    ReviewLabel.give(turn, carol, "good", "Right.")
    AccessEvent.objects.record(Kind.READ, actor=carol, how=How.PAGE, owner_id=alice.pk, reason="A complaint")
    _, secret = ApiToken.issue(alice, "reports")
    client.force_login(alice)

    response = client.post("/accounts/delete/", PASSWORD)

    assert "Your account was deleted" in text(response)
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/").status_code == 302
    assert not User.objects.filter(username="alice").exists()
    assert ApiToken.login(digest_of(secret)) is None
    assert list(Turn.objects.all()) == [other]
    assert not Citation.objects.exists()
    assert Recording.objects.get() == recording
    assert [(label.comment, label.reviewer) for label in ReviewLabel.objects.all()] == [("Right.", None)]
    assert AccessEvent.objects.of_owner(alice.pk).count() == 1
    [deleted] = AccessEvent.objects.of_member(alice.pk)
    assert (deleted.kind, deleted.member_name, deleted.actor_name, deleted.how) == (
        "account-deleted",
        "alice",
        "alice",
        "page",
    )


@pytest.mark.parametrize("proof", ["", "a guess", "alice"])
def test_without_the_password_nothing_is_deleted(client: Client, alice: User, proof: str) -> None:
    client.force_login(alice)

    response = client.post("/accounts/delete/", {"proof": proof})

    assert response.status_code == 400
    assert 'class="field__error"' in text(response)
    assert User.objects.filter(username="alice").exists()


def test_passwords_cannot_be_guessed_there(client: Client, alice: User) -> None:
    client.force_login(alice)
    for _ in range(5):
        client.post("/accounts/delete/", {"proof": "a guess"})

    response = client.post("/accounts/delete/", PASSWORD)

    assert "Too many wrong passwords." in text(response)
    assert User.objects.filter(username="alice").exists()


def test_who_has_no_password_types_the_user_name(client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)

    assert "This is not your user name." in text(client.post("/accounts/delete/", {"proof": "bob"}))
    client.post("/accounts/delete/", {"proof": "alice"})

    assert not User.objects.filter(username="alice").exists()


def test_behind_a_proxy_the_page_says_that_it_makes_a_new_account(
    client: Client, alice: User, settings: Settings
) -> None:
    client.force_login(alice)
    settings.TRUSTED_PROXY = "127.0.0.1"

    page = text(client.get("/accounts/delete/"))

    assert "you get a new, empty account" in page
    assert "Your user name, alice" in page


def test_the_last_administrator_stays(client: Client, alice: User, bob: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    client.force_login(alice)

    assert "This is the last administrator." in text(client.get("/accounts/delete/"))
    response = client.post("/accounts/delete/", PASSWORD)

    assert "This is the last administrator." in text(response)
    assert User.objects.filter(username="alice", is_active=True).exists()
    User.objects.filter(pk=bob.pk).update(is_superuser=True)
    client.post("/accounts/delete/", PASSWORD)
    assert not User.objects.filter(username="alice").exists()


def test_a_collection_outlives_who_managed_it(client: Client, alice: User) -> None:
    collection = make_collection(alice, "Birds")
    recording = recorded("Herons", "They ship.", collection=collection)
    client.force_login(alice)

    client.post("/accounts/delete/", PASSWORD)

    assert Recording.objects.get() == recording
    assert not Collection.objects.get(pk=collection.pk).memberships.exists()


# What is on record


def test_changes_of_an_account_in_a_shell_are_on_record(alice: User) -> None:
    alice.is_staff = True
    alice.save()
    alice.set_password("quite-another-word")
    alice.save()
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    alice.is_active = True
    alice.save()
    alice.first_name = "Alice"
    alice.save()

    kinds = kinds_about(alice.pk)

    assert kinds[::-1] == ["role-changed", "password-changed", "account-deactivated", "account-activated"]
    assert {event.how for event in AccessEvent.objects.all()} == {"program"}


def test_a_user_who_changes_the_password_is_on_record_as_the_one_who_did(client: Client, alice: User) -> None:
    client.force_login(alice)
    new = {"new_password1": "quite-another-word", "new_password2": "quite-another-word"}

    response = client.post("/accounts/password/", {"old_password": "alice-secret-words", **new})

    [event] = AccessEvent.objects.of_member(alice.pk)
    assert response["Location"] == "/accounts/"
    assert (event.kind, event.actor_name, event.how) == ("password-changed", "alice", "page")


def test_a_renewed_hash_is_no_change_of_the_password(client: Client, alice: User, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]

    client.post("/accounts/login/", {"username": "alice", "password": "alice-secret-words"})

    assert kinds_about(alice.pk) == []


def test_what_an_administrator_does_in_the_admin_is_on_record(client: Client, alice: User, bob: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_superuser=True, is_staff=True)
    client.force_login(alice)
    new = {"password1": "quite-another-word", "password2": "quite-another-word", "usable_password": "true"}

    client.post(f"/admin/auth/user/{bob.pk}/password/", new)
    client.post(f"/admin/auth/user/{bob.pk}/delete/", {"post": "yes"})

    events = AccessEvent.objects.of_member(bob.pk)
    assert [(event.kind, event.actor_name, event.how) for event in events] == [
        ("account-deleted", "alice", "admin"),
        ("password-changed", "alice", "admin"),
    ]


def test_other_groups_are_on_record(alice: User) -> None:
    birders, sealers = (Group.objects.create(name=name) for name in ("Birders", "Sealers"))

    alice.groups.add(birders, sealers)
    alice.groups.add(Group.objects.get_or_create(name=REVIEWERS)[0])
    sealers.user_set.remove(alice)
    alice.groups.set([])

    events = AccessEvent.objects.filter(kind=Kind.GROUPS_CHANGED).order_by("pk")
    assert [event.details for event in events] == [
        {"added": ["Birders", "Sealers"]},
        {"removed": ["Sealers"]},
        {"removed": ["Birders"]},
    ]


@pytest.mark.parametrize("lost", ["is_active", "is_superuser"])
def test_in_the_admin_too_the_last_administrator_stays(client: Client, alice: User, bob: User, lost: str) -> None:
    User.objects.filter(pk=alice.pk).update(is_superuser=True, is_staff=True)
    client.force_login(alice)
    form = {"username": "alice", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    del form[lost]

    refused = client.post(f"/admin/auth/user/{alice.pk}/change/", form)
    page = text(client.get(f"/admin/auth/user/{alice.pk}/delete/"))
    client.post(f"/admin/auth/user/{alice.pk}/delete/", {"post": "yes"})

    assert "This is the last administrator." in text(refused)
    assert "This is the last administrator." in page
    assert User.objects.filter(username="alice", is_active=True, is_superuser=True).exists()
    User.objects.filter(pk=bob.pk).update(is_superuser=True)
    assert client.post(f"/admin/auth/user/{alice.pk}/change/", form).status_code == 302
