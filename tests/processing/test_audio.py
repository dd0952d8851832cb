"""Audio that is brought: converted for browsers, written down, and what goes wrong with it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils import timezone

from chat.models import Job, JobState, Recording
from chat.processing import shown_jobs
from chat.processing.processor import Processor
from chat.transcription import TranscriptionFailed, media

from ..support import beeps
from .bringing import ONE, SOUND, Recogniser, brought, files, recognise, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_audio_alone_becomes_a_recording_with_what_is_said_in_it(
    alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recogniser = recognise(monkeypatch, Recogniser(notes=("The speakers could not be told apart.",)))
    brought(alice, text="", audio=SOUND, called="Standup")

    work(folder)

    recording, job = Recording.objects.get(), Job.objects.get()
    assert (recording.title, recording.segments.get().text) == ("Standup", "We ship in March.")
    assert (job.state, job.notes) == (JobState.READY, ["The speakers could not be told apart."])
    assert shown_jobs(alice.pk)[0]["words"] == "Ready. The speakers could not be told apart."
    assert recogniser.heard == [".mp3"]
    assert files() == {"incoming": 0, "audio": 1}


def test_audio_that_browsers_do_not_play_is_converted(
    alice: User, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recogniser = recognise(monkeypatch, Recogniser())
    beeps.write(tmp_path / "talk.wav", beeps.beeps(2, every=0.5), seconds=1)
    brought(alice, text="", audio=(tmp_path / "talk.wav").read_bytes(), kind=".wav")

    work(folder)

    assert Recording.objects.get().audio.endswith(".m4a")
    assert recogniser.heard == [".m4a"]
    assert files() == {"incoming": 0, "audio": 1}


@pytest.mark.parametrize(
    ("audio", "kind"), [(b"no sound at all", ".mp3"), (SOUND[:200], ".wav"), (b"\0" * 5000, ".mp4")]
)
def test_a_file_without_sound_fails_in_words(alice: User, folder: Path, audio: bytes, kind: str) -> None:
    brought(alice, audio=audio, kind=kind)

    work(folder)

    job = Job.objects.get()
    assert (job.state, job.step) == (JobState.FAILED, JobState.CONVERTING)
    assert job.reason == "This is no audio or video file that can be read, or it is damaged."


def test_without_ffmpeg_what_browsers_play_goes_on(alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.transcription.programs.os.defpath", "")
    monkeypatch.setenv("PATH", "")
    brought(alice, audio=SOUND)
    brought(alice, audio=SOUND, kind=".mkv")

    work(folder)

    ready, failed = Job.objects.order_by("pk")
    assert ready.state == JobState.READY
    assert (failed.state, failed.reason) == (
        JobState.FAILED, f"Nothing can be done with audio here: {media.HOW_TO_INSTALL}.",
    )  # fmt: skip


def test_a_failed_transcription_says_why_and_is_tried_again_if_that_may_help(
    alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognise(monkeypatch, Recogniser(TranscriptionFailed("The service is busy.", again=True, retry_after=600)))
    brought(alice, text="", audio=SOUND)

    work(folder)

    job = Job.objects.get()
    assert (job.state, job.reason) == (JobState.TRANSCRIBING, "The service is busy. The site tries again.")
    assert timezone.now() + timedelta(minutes=9) < job.due_at

    recognise(monkeypatch, Recogniser(TranscriptionFailed("The service is busy.", again=True, retry_after=10**8)))
    Job.objects.update(due_at=Now())
    work(folder)
    assert Job.objects.get().due_at < timezone.now() + timedelta(hours=2)

    recognise(monkeypatch, Recogniser(TranscriptionFailed("The service does not know this model.")))
    Job.objects.update(due_at=Now())
    work(folder)

    assert shown_jobs(alice.pk)[0]["words"] == "Failed while transcribing: The service does not know this model."


def test_what_waited_for_a_transcript_goes_on_once_the_site_makes_them(
    alice: User, folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(alice, text="", audio=SOUND)
    work(folder)
    settings.TRANSCRIBER, settings.PROCESSING_AT_ONCE = "openai:whisper-1", 0
    recognise(monkeypatch, Recogniser())

    Processor(ONE).look()
    settings.PROCESSING_AT_ONCE = 1
    work(folder)

    assert Job.objects.get().state == JobState.READY
