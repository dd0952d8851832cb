"""Deleting a recording: who may, what goes, what stays, and who learns of it."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from chat.models import AccessEvent, Citation, Collection, DeletedRecording, LoginSession, Membership, Recording
from chat.models.collection import Role
from chat.recordings.removal import remove_for

from ..support.asked import asked
from ..support.at_once import at_once
from ..support.pages import browser_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

Commit = Callable[..., Any]


@pytest.fixture
def recording(settings: Settings, tmp_path: Path, alice: User) -> Recording:
    """A recording with audio, in a collection that alice manages."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "a.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ana>We ship.\n")
    (tmp_path / "a.mp3").write_bytes(b"sound")
    call_command("import_recordings", str(tmp_path / "a.vtt"), stdout=StringIO())
    Membership.objects.create(collection=Collection.objects.default(), user=alice, role=Role.MANAGE)
    return Recording.objects.get()


def events_of(recording: Recording) -> list[tuple[str, str, object]]:
    events = AccessEvent.objects.of_collection(recording.collection.uuid).filter(kind="recording-deleted")
    return [(event.actor_name, event.how, event.details) for event in events]


def test_who_manages_deletes_it_after_a_question(
    client: Client, alice: User, recording: Recording, settings: Settings, django_capture_on_commit_callbacks: Commit
) -> None:
    client.force_login(alice)
    address, file = f"/recordings/{recording.uuid}/delete/", Path(settings.MEDIA_ROOT) / recording.audio
    assert address in client.get(recording.get_absolute_url()).content.decode()
    assert "is deleted for everybody who hears it" in text(client.get(address))
    assert Recording.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        shown = text(client.post(address, follow=True))

    assert f"The recording “{recording}” was deleted." in shown
    assert "deleted a recording" in shown  # among the changes of the collection, on whose page it leads
    assert not Recording.objects.exists()
    assert not file.exists()
    assert client.get(recording.get_absolute_url()).status_code == 404
    assert events_of(recording) == [("alice", "page", {"recording": str(recording.uuid)})]


def test_answers_keep_what_they_quote_of_it(alice: User, bob: User, recording: Recording) -> None:
    login = LoginSession.objects.create(user=bob)
    source = Citation.quoting(recording, recording.segments.get(), 1, "We ship.")
    turn = asked(login, "When do we ship?", answer="Soon [1].", citations=[source])

    browser_of(alice).post(f"/recordings/{recording.uuid}/delete/")

    shown = text(browser_of(bob).get(turn.conversation.get_absolute_url()))
    assert "We ship." in shown
    assert "(deleted)" in shown
    assert DeletedRecording.objects.get().collection == recording.collection


def test_who_only_listens_deletes_nothing(bob: User, recording: Recording) -> None:
    address = f"/recordings/{recording.uuid}/delete/"

    assert browser_of(bob).post(address).status_code == 404

    assert Recording.objects.exists()
    assert address not in browser_of(bob).get(recording.get_absolute_url()).content.decode()


@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_deletion_in_the_admin_is_an_event_as_well(
    admin_user: User, recording: Recording, *, one_by_one: bool
) -> None:
    if one_by_one:
        browser_of(admin_user).post(f"/admin/chat/recording/{recording.pk}/delete/", {"post": "yes"})
    else:
        sent = {"action": "delete_selected", "_selected_action": str(recording.pk), "post": "yes"}
        browser_of(admin_user).post("/admin/chat/recording/", sent)

    assert not Recording.objects.exists()
    assert events_of(recording) == [("admin", "admin", {"recording": str(recording.uuid)})]


@pytest.mark.any_database
@pytest.mark.django_db(transaction=True)
def test_of_two_who_delete_it_at_once_one_is_in_the_log(alice: User, bob: User, recording: Recording) -> None:
    at_once(lambda actor: remove_for(actor, recording), alice, bob)

    assert not Recording.objects.exists()
    assert len(events_of(recording)) == 1
