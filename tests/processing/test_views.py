"""The list of jobs, as programs and pages get it, and the buttons in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chat.models import Collection, Job, JobState, Membership, Recording, Role
from chat.processing import shown_jobs

from ..support.importing import VTT
from .bringing import ONE, SOUND, brought, claimed, files, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]

JSON = {"Accept": "application/json"}


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    """The browser of alice, who manages the default collection."""
    Membership.objects.create(collection=Collection.objects.default(), user=alice, role=Role.MANAGE)
    client.force_login(alice)
    return client


def listed(client: Client) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = client.get(reverse("chat:job-list")).json()["jobs"]
    return jobs


def test_the_list_says_how_far_each_is(page: Client, alice: User, folder: Path) -> None:
    work(folder)
    brought(alice, called="One")
    brought(alice, called="Two")
    brought(alice, called="Three")
    claimed(ONE).note(0.4)

    one, two, three = listed(page)

    assert (one["title"], one["state"], one["words"], one["progress"], one["place"]) == (
        "One", "converting", "Preparing the audio: 40 %", 0.4, None,
    )  # fmt: skip
    assert (two["words"], two["place"], two["recording"], two["again"]) == ("First in line", 1, None, False)
    assert three["words"] == "Second in line"


def test_a_ready_recording_is_linked_for_a_while(page: Client, alice: User, folder: Path) -> None:
    brought(alice)
    work(folder)

    [job] = listed(page)

    assert (job["words"], job["recording"]) == ("Ready.", Recording.objects.get().get_absolute_url())
    shown = page.get(reverse("chat:recording-list")).text
    assert "Just added" in shown
    assert "In progress" not in shown
    Job.objects.update(ended_at="2026-01-01T00:00Z")
    assert listed(page) == []


def test_a_job_is_seen_by_its_uploader_and_by_who_manages_the_collection(alice: User, bob: User, carol: User) -> None:
    collection = Collection.objects.create(name="Sales")
    Membership.objects.create(collection=collection, user=bob, role=Role.MANAGE)
    Membership.objects.create(collection=collection, user=carol, role=Role.LISTEN)
    brought(alice, collection=collection)

    assert [len(shown_jobs(user.pk)) for user in (alice, bob, carol)] == [1, 1, 0]


def test_who_does_not_hear_a_recording_learns_neither_its_title_nor_its_address(
    page: Client, alice: User, folder: Path
) -> None:
    collection = Collection.objects.create(name="Sales")
    brought(alice, collection=collection, called="Pump")
    work(folder)
    Recording.objects.update(title="What nobody else may read")

    [job] = listed(page)

    assert (job["title"], job["recording"]) == ("Pump", None)


def test_the_page_of_recordings_has_the_list_with_its_buttons(page: Client, alice: User, folder: Path) -> None:
    assert "In progress" not in page.get(reverse("chat:recording-list")).text
    job = brought(alice, text="", audio=SOUND, called="<b>Talk")
    work(folder)

    shown = page.get(reverse("chat:recording-list")).text

    assert "In progress" in shown
    assert "&lt;b&gt;Talk" in shown
    assert "Waiting for a transcript" in shown
    assert reverse("chat:job-transcript", args=[job.uuid]) in shown
    assert reverse("chat:job-cancel", args=[job.uuid]) in shown
    assert reverse("chat:job-again", args=[job.uuid]) not in shown
    assert "data-job-running" not in shown


def test_a_transcript_is_attached_in_a_form_without_a_script(page: Client, alice: User, folder: Path) -> None:
    job = brought(alice, text="", audio=SOUND)
    work(folder)

    file = SimpleUploadedFile("notes.vtt", VTT.encode())
    response = page.post(reverse("chat:job-transcript", args=[job.uuid]), {"transcript": file}, follow=True)
    work(folder)

    assert "The transcript was attached." in response.text
    assert Recording.objects.get().segments.count() == 2
    assert files()["incoming"] == 0


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("talk.exe", b"MZ", "This is not a transcript: its name must end in"),
        ("talk.vtt", b"", "This transcript cannot be read (line 1): the file is empty."),
        ("talk.json", b"{", "This transcript cannot be read (line 1): not JSON"),
        ("", b"", "Please choose a file with the transcript."),
    ],
)
def test_what_is_no_transcript_is_refused_in_words(
    page: Client, alice: User, folder: Path, name: str, content: bytes, sentence: str
) -> None:
    job = brought(alice, text="", audio=SOUND)
    work(folder)

    data = {"transcript": SimpleUploadedFile(name, content)} if name else {}
    response = page.post(reverse("chat:job-transcript", args=[job.uuid]), data, follow=True)

    assert sentence in response.text
    assert Job.objects.get().state == JobState.WAITING
    assert files()["incoming"] == 1


def test_again_and_cancel_answer_browsers_with_the_page_and_programs_with_json(
    page: Client, alice: User, folder: Path
) -> None:
    job = brought(alice, text="WEBVTT\n\nnothing")
    work(folder)
    again, cancel = (reverse(f"chat:job-{name}", args=[job.uuid]) for name in ("again", "cancel"))

    assert page.post(again, headers=JSON).json()["state"] == "indexing"
    refused = page.post(again, headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (400, "INVALID_REQUEST")
    back = page.post(cancel, {"back": "recording-upload"})
    assert (back.status_code, back["Location"]) == (302, reverse("chat:recording-upload"))
    assert page.post(cancel).status_code == 404
    assert not Job.objects.exists()


def test_a_form_leads_nowhere_else(page: Client, alice: User) -> None:
    job = brought(alice)

    response = page.post(reverse("chat:job-cancel", args=[job.uuid]), {"back": "https://example.com"})

    assert response["Location"] == reverse("chat:recording-list")


def test_who_was_removed_from_the_collection_adds_nothing_to_it(page: Client, alice: User, folder: Path) -> None:
    job = brought(alice, text="", audio=SOUND)
    work(folder)
    Membership.objects.all().delete()

    for name in ("transcript", "again"):
        data = {"transcript": SimpleUploadedFile("notes.vtt", VTT.encode())}
        response = page.post(reverse(f"chat:job-{name}", args=[job.uuid]), data, follow=True)
        assert "You may not add recordings to this collection any more." in response.text

    assert Job.objects.get().state == JobState.WAITING
    page.post(reverse("chat:job-cancel", args=[job.uuid]))
    assert files()["incoming"] == 0
