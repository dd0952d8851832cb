"""Every way to delete something, each tried while a legal hold keeps it: refused by the name of the hold.

These are all ways that the site has. What is not here deletes nothing of what a hold keeps: no API or import
removes or replaces a recording or its audio, nobody can delete a conversation in the admin, and what SCIM deletes is
only deactivated. Exports, sign-ins and links that expire are copies, or no content. What collections keep for a time
is in tests/upkeep/test_retention.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from chat.models import (
    AccessEvent,
    Conversation,
    Held,
    LoginSession,
    Recording,
    holding,
    refuse_if_held,
)
from chat.upkeep import purge

from ..support.asked import asked
from .scene import COLLECTION, EMPTY, NAME, USER, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

KEPT = "This is kept under the legal hold “Case 12”. It can neither be deleted nor moved away until it is released."
DIRECTORY = {"Authorization": "Bearer a-long-token-of-the-directory"}


def post(user: str, route: str, *keys: str, **data: str) -> Callable[[Scene], str]:
    """Return the way that posts a form as a user; the keys are names of attributes of the scene."""

    def way(scene: Scene) -> str:
        arguments = [getattr(getattr(scene, name), attribute) for name, attribute in (key.split(".") for key in keys)]
        sent = {
            key: str(getattr(scene, value[1:]).pk) if value.startswith("=") else value for key, value in data.items()
        }
        response = scene.by(getattr(scene, user)).post(reverse(route, args=arguments), sent, follow=True)
        return " ".join(response.content.decode().split())

    return way


def _value(scene: Scene, value: str) -> str:
    return str(getattr(scene, value[1:]).pk) if value.startswith("=") else value


def move(scene: Scene) -> str:
    address = reverse("chat:recording-move", args=[scene.recording.uuid])
    response = scene.by(scene.alice).post(address, {"collection": str(scene.empty.uuid)})
    return response.content.decode()


def by_scim(scene: Scene) -> str:
    response = Client().delete(f"/scim/v2/Users/{scene.alice.pk}", headers=DIRECTORY)
    assert response.status_code == 409
    assert not User.objects.get(pk=scene.alice.pk).is_active  # a leaver is locked out nevertheless
    return str(json.loads(response.content)["detail"])


def by_program(name: str) -> Callable[[Scene], str]:
    def way(scene: Scene) -> str:
        row = getattr(scene, name)
        with pytest.raises(Held) as one, transaction.atomic():
            row.delete()
        with pytest.raises(Held), transaction.atomic():
            type(row).objects.filter(pk=row.pk).delete()
        return one.value.message

    return way


def erase_a_speaker(scene: Scene) -> str:
    address = f"{reverse('chat:erasure-new')}?recording={scene.recording.uuid}&speaker=Ana"
    return scene.by(scene.alice).post(address, {"sure": "on"}).content.decode()


def asking(scene: Scene) -> str:
    """What erases words of a speaker asks like this before."""
    with pytest.raises(Held) as recording:
        refuse_if_held(Recording.objects.filter(pk=scene.recording.pk))
    with pytest.raises(Held):
        refuse_if_held(Conversation.objects.filter(pk=scene.conversation.pk))
    return recording.value.message


ADMIN_POST = {"post": "yes"}
WAYS: dict[str, tuple[str, Callable[[Scene], str]]] = {
    "a manager erases a speaker": (COLLECTION, erase_a_speaker),
    "a manager erases a speaker whom a held user quotes": (USER, erase_a_speaker),
    "the owner deletes a conversation": (USER, post(USER, "chat:conversation-delete", "conversation.uuid")),
    "the owner deletes one that quotes": (COLLECTION, post(USER, "chat:conversation-delete", "conversation.uuid")),
    "the owner deletes all conversations": (USER, post(USER, "account-conversations-delete")),
    "the owner deletes the account": (USER, post(USER, "account-delete", proof="alice-secret-words")),
    "the owner of one that quotes leaves": (COLLECTION, post(USER, "account-delete", proof="alice-secret-words")),
    "an administrator deletes a person": (USER, post("boss", "person-delete", "alice.pk", name="alice")),
    "the directory deletes a user": (USER, by_scim),
    "the admin deletes a user": (USER, post("boss", "admin:auth_user_delete", "alice.pk", **ADMIN_POST)),
    "the admin deletes users": (
        USER,
        post("boss", "admin:auth_user_changelist", action="delete_selected", _selected_action="=alice", **ADMIN_POST),
    ),
    "the admin deletes a recording": (
        COLLECTION,
        post("boss", "admin:chat_recording_delete", "recording.pk", **ADMIN_POST),
    ),
    "the admin deletes recordings": (
        COLLECTION,
        post(
            "boss",
            "admin:chat_recording_changelist",
            action="delete_selected",
            _selected_action="=recording",
            **ADMIN_POST,
        ),
    ),
    "a manager deletes a collection": (EMPTY, post(USER, "chat:collection-delete", "empty.uuid")),
    "a manager moves a recording out": (COLLECTION, move),
    "a manager deletes a recording": (COLLECTION, post(USER, "chat:recording-delete", "recording.uuid")),
    "a manager withdraws audio": (COLLECTION, post(USER, "chat:recording-withdraw-audio", "recording.uuid")),
    "a manager removes a consent note": (
        COLLECTION,
        post(USER, "chat:recording-consent", "recording.uuid", remove="yes"),
    ),
    "a manager changes a consent note": (
        COLLECTION,
        post(USER, "chat:recording-consent", "recording.uuid", told="nobody", told_on="2026-01-02"),
    ),
    "a program deletes a user": (USER, by_program("alice")),
    "a program deletes a conversation": (USER, by_program("conversation")),
    "a program deletes one that quotes": (COLLECTION, by_program("conversation")),
    "a program deletes a recording": (COLLECTION, by_program("recording")),
    "a program deletes a collection": (EMPTY, by_program("empty")),
    "words of a speaker are erased": (COLLECTION, asking),
}


@pytest.mark.parametrize("name", WAYS)
def test_no_way_deletes_what_a_hold_keeps(scene: Scene, name: str) -> None:
    subject, way = WAYS[name]
    holding.place(getattr(scene, subject), name=NAME, reason="A claim of a customer", actor=scene.boss)
    before = scene.rows()

    said = way(scene)

    assert KEPT in said
    assert scene.rows() == before
    kept = Recording.objects.get()
    assert (kept.collection, kept.audio) == (scene.collection, "pipeline.mp3")


@pytest.mark.parametrize("subject", [USER, COLLECTION])
@pytest.mark.parametrize("when", ["deleted before", "idle"])
def test_the_purge_leaves_what_a_hold_keeps_and_says_so(
    scene: Scene, settings: Settings, subject: str, when: str
) -> None:
    other = asked(LoginSession.objects.create(user=scene.boss)).conversation
    both = Conversation.objects.filter(pk__in=[scene.conversation.pk, other.pk])
    settings.CHAT_RETENTION_DAYS = 30 if when == "idle" else 0
    both.update(**({"asked_at": "2020-01-01T00:00Z"} if when == "idle" else {"deleted_at": Now()}))
    hold = holding.place(getattr(scene, subject), name=NAME, reason="A claim", actor=scene.boss)
    expected, removed = str(purge.preview()), str(purge.purge())

    for tally in (expected, removed):
        assert tally.startswith("1 conversations with 1 turns, ")
        assert tally.endswith("; 1 conversations stay under legal holds")
    assert list(Conversation.objects.all()) == [scene.conversation]

    holding.release(hold, actor=scene.boss)
    purge.purge()

    assert not Conversation.objects.exists()


def test_a_hold_keeps_what_quotes_a_recording_that_was_deleted_before(scene: Scene) -> None:
    scene.recording.delete()
    holding.place(scene.collection, name=NAME, reason="A claim", actor=None)

    with pytest.raises(Held, match=NAME):
        scene.conversation.discard()


def test_all_but_the_held_conversations_of_an_owner_are_deleted(scene: Scene, login: LoginSession) -> None:
    asked(login)
    holding.place(scene.collection, name=NAME, reason="A claim", actor=None)
    client = scene.by(scene.alice)

    page = client.get(reverse("account-conversations-delete")).content.decode()
    said = client.post(reverse("account-conversations-delete"), follow=True).content.decode()

    assert "1 conversation of yours stays. " + KEPT in " ".join(page.split())
    assert KEPT in said
    assert "One conversation was deleted" in said
    assert list(Conversation.objects.kept()) == [scene.conversation]


def test_every_standing_hold_is_named_and_all_must_be_released(scene: Scene) -> None:
    holds = [
        holding.place(subject, name=name, reason="A claim", actor=None)
        for name, subject in (("Case 12", scene.alice), ("Audit", scene.collection), ("Other", scene.empty))
    ]

    with pytest.raises(Held, match=r"the legal holds “Audit” and “Case 12”. .* until they are released"):
        scene.conversation.discard()
    holding.release(holds[0], actor=None)
    with pytest.raises(Held, match="the legal hold “Audit”"):
        scene.conversation.discard()
    holding.release(holds[1], actor=None)

    scene.conversation.discard()


def test_placing_and_releasing_are_in_the_log_of_accesses_without_the_reason(scene: Scene) -> None:
    for subject in (scene.alice, scene.collection):
        holding.release(holding.place(subject, name=NAME, reason="Secret", actor=scene.boss), actor=None)

    events: list[Any] = list(AccessEvent.objects.filter(kind__startswith="hold-").order_by("pk"))
    about = [(each.kind, each.actor_name, each.member_id, each.collection) for each in events]
    assert about == [
        ("hold-placed", "boss", scene.alice.pk, None),
        ("hold-released", "", scene.alice.pk, None),
        ("hold-placed", "boss", None, scene.collection.uuid),
        ("hold-released", "", None, scene.collection.uuid),
    ]
    assert all(each.details == {"hold": NAME} and not each.reason for each in events)
