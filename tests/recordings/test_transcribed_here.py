"""What the page of a recording says to whom its transcript does not please: how this site makes another one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from chat.models import Collection, Job, Membership, Recording, Role, Upload, UploadBatch

from ..support.asked import recorded
from ..support.hostile import squeezed
from ..support.pages import browser_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

WORDS = "This site transcribed it."


@pytest.fixture
def recording(alice: User, bob: User, settings: Settings) -> Recording:
    """A recording that alice manages and that bob hears, of a file that alice sent."""
    settings.TRANSCRIBER = "openai:whisper-1"
    sales = Collection.objects.create(name="Sales")
    Membership.objects.create(collection=sales, user=alice, role=Role.MANAGE)
    Membership.objects.create(collection=sales, user=bob)
    return recorded("Call", "Hello.", audio="call.mp3", collection=sales)


def send(recording: Recording, user: User, *names: str) -> list[Upload]:
    """Let the recording be that of files which a user has sent."""
    batch = UploadBatch.objects.create(user=user, collection=recording.collection)
    return [
        Upload.objects.create(
            batch=batch, pair=0, name=name, size=1, is_transcript=name.endswith(".vtt"), recording=recording
        )
        for name in names
    ]


def page_of(recording: Recording, user: User) -> str:
    return squeezed(text(browser_of(user).get(recording.get_absolute_url())))


def test_who_manages_it_reads_how_it_is_transcribed_again(recording: Recording, alice: User, bob: User) -> None:
    send(recording, alice, "call.mp3")

    link = f'<a href="/recordings/{recording.uuid}/delete/">delete it</a>'
    assert f"{WORDS} For another transcript,{link}" in page_of(recording, alice)
    assert WORDS not in page_of(recording, bob)


def test_it_is_said_as_soon_as_the_recording_is_there(recording: Recording, alice: User) -> None:
    [upload] = send(recording, alice, "call.mp3")
    upload.job = Job.objects.create(user=alice, collection=recording.collection, audio="a.mp3", recording=recording)
    upload.recording = None
    upload.save()

    assert WORDS in page_of(recording, alice)


@pytest.mark.parametrize("names", [(), ("call.mp3", "call.vtt"), ("call.vtt",)])
def test_of_a_transcript_that_was_sent_nothing_is_said(recording: Recording, alice: User, names: tuple[str]) -> None:
    send(recording, alice, *names)

    assert WORDS not in page_of(recording, alice)


def test_a_site_that_transcribes_no_more_says_nothing(recording: Recording, alice: User, settings: Settings) -> None:
    settings.TRANSCRIBER = ""
    send(recording, alice, "call.mp3")

    assert WORDS not in page_of(recording, alice)
