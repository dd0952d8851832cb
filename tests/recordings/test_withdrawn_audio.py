"""Withdrawing the audio of a recording: who may, what goes, what stays, and that it does not come back."""

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

from chat.models import AccessEvent, Collection, How, Membership, Recording, WithdrawnAudio, holding
from chat.models.collection import Role
from chat.recordings.stored_audio import withdraw_audio

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

Commit = Callable[..., Any]


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """A folder with a transcript and its audio."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "a.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ana>We ship.\n")
    (tmp_path / "a.mp3").write_bytes(b"sound")
    return tmp_path


@pytest.fixture
def recording(folder: Path, alice: User) -> Recording:
    """A recording with audio, in a collection that alice manages."""
    imported(folder)
    Membership.objects.create(collection=Collection.objects.default(), user=alice, role=Role.MANAGE)
    return Recording.objects.get()


def imported(folder: Path) -> None:
    call_command("import_recordings", str(folder / "a.vtt"), stdout=StringIO())


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def test_who_manages_withdraws_the_audio_after_a_question(
    page: Client, recording: Recording, folder: Path, django_capture_on_commit_callbacks: Commit
) -> None:
    address = f"/recordings/{recording.uuid}/audio/withdraw/"
    file = folder / "media" / recording.audio
    assert address in page.get(recording.get_absolute_url()).content.decode()
    assert "nobody can bring it back" in page.get(address).content.decode()
    assert file.exists()

    with django_capture_on_commit_callbacks(execute=True):
        shown = page.post(address, follow=True).content.decode()

    assert not file.exists()
    assert "The audio was withdrawn on" in shown
    assert "<audio" not in shown
    assert "We ship." in shown
    event = AccessEvent.objects.of_collection(recording.collection.uuid).get(kind="audio-withdrawn")
    assert (event.actor_name, event.details) == ("alice", {"recording": str(recording.uuid)})
    assert "withdrew the audio of a recording" in page.get(recording.collection.get_absolute_url()).content.decode()
    heard = page.get(f"/recordings/{recording.uuid}/audio/")
    assert (heard.status_code, heard.content.decode()) == (410, "The audio of this recording was withdrawn.")
    assert page.get(address).status_code == 404  # there is nothing to withdraw any more


def test_an_import_does_not_bring_withdrawn_audio_back(
    recording: Recording, folder: Path, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_audio(recording, actor=None, how=How.SETTING)
        withdraw_audio(recording, actor=None, how=How.SETTING)

    imported(folder)

    recording.refresh_from_db()
    assert recording.audio == ""
    assert not WithdrawnAudio.give(recording, "audio/x.mp3")  # also where it was withdrawn during the import
    assert list((folder / "media" / "audio").iterdir()) == []
    assert AccessEvent.objects.filter(kind="audio-withdrawn").count() == 1


def test_a_legal_hold_keeps_the_audio(page: Client, recording: Recording, folder: Path) -> None:
    holding.place(recording.collection, name="Case 12", reason="A claim", actor=None)

    response = page.post(f"/recordings/{recording.uuid}/audio/withdraw/")

    assert response.status_code == 400
    assert "Case 12" in response.content.decode()
    assert (folder / "media" / recording.audio).exists()
