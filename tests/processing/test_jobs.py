"""Jobs from the files that somebody brings to the recording."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from chat.models import Consent, InvalidRequest, Job, JobState, Recording
from chat.processing import Incoming, begin

from ..support.importing import VTT
from .bringing import SOUND, brought, files, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_transcript_becomes_a_recording_that_is_found_and_heard(alice: User, folder: Path) -> None:
    job = brought(alice, audio=SOUND)

    work(folder)

    recording = Recording.objects.get()
    job.refresh_from_db()
    assert (job.state, job.recording, job.reason) == (JobState.READY, recording, "")
    assert list(recording.segments.values_list("speaker", "text")) == [
        ("Ana", "The pump arrived."),
        ("Bob", "Who signed?"),
    ]
    assert recording.indexed_passages.count() == 1
    assert files() == {"incoming": 0, "audio": 1}


def test_what_was_said_about_it_when_it_was_brought_counts(alice: User, folder: Path) -> None:
    consent = Consent("everybody in the call", date(2026, 3, 4))
    brought(alice, title="The pump", recorded_on=date(2026, 3, 4), consent=consent)
    brought(alice, text=VTT.replace("pump", "valve"), called="Valve review (2026-03-05)")

    work(folder)

    pump, valve = Recording.objects.order_by("recorded_on")
    assert pump.consent
    assert (pump.title, pump.recorded_on, pump.consent.told, pump.consent.written_by) == (
        "The pump", date(2026, 3, 4), "everybody in the call", alice,
    )  # fmt: skip
    assert (valve.title, valve.recorded_on, valve.consent) == ("Valve review", date(2026, 3, 5), None)


def test_without_a_transcriber_audio_waits_for_a_transcript(alice: User, folder: Path) -> None:
    job = brought(alice, text="", audio=SOUND)

    work(folder)

    job.refresh_from_db()
    assert (job.state, job.owner, job.recording) == (JobState.WAITING, "", None)


def test_a_transcript_that_cannot_be_read_fails_with_the_line_and_keeps_its_files(alice: User, folder: Path) -> None:
    job = brought(alice, text="WEBVTT\n\nnothing", audio=SOUND)

    work(folder)

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.reason.startswith("The transcript cannot be read")
    assert Recording.objects.count() == 0
    assert files() == {"incoming": 2, "audio": 0}


def test_a_job_without_files_is_refused(alice: User) -> None:
    with pytest.raises(InvalidRequest):
        begin(Incoming(user_id=alice.pk, collection=None))  # type: ignore[arg-type]

    assert not Job.objects.exists()


def test_the_files_of_a_job_are_named_until_it_is_ready(alice: User, folder: Path) -> None:
    job = brought(alice, audio=SOUND)
    assert Job.objects.files() == {job.transcript, job.audio}

    work(folder)

    assert Job.objects.files() == set()
