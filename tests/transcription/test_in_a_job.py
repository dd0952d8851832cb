"""From a film that somebody brings to a recording that can be heard word by word, over a transcription server."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from chat.models import Job, JobState, Recording
from chat.models.word_times import unpack
from chat.processing import again, shown_jobs
from chat.storage import exists, storage

from ..processing.bringing import brought, work
from ..support import beeps
from ..support.transcription_server import TranscriptionServer

pytestmark = pytest.mark.django_db


def test_a_film_becomes_a_recording_after_the_key_was_refused_once(
    server: TranscriptionServer, alice: User, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    said = beeps.beeps(7, every=1.0)
    sound = beeps.write(tmp_path / "sound.wav", said, seconds=8)
    pictures = ["-f", "lavfi", "-i", "color=size=16x16:rate=5:duration=8", "-c:v", "mpeg4"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(sound), *pictures, str(tmp_path / "film.mkv")], check=True)
    brought(alice, text="", audio=(tmp_path / "film.mkv").read_bytes(), kind=".mkv", called="Pump review")
    server.plan = [401]

    work(tmp_path / "work")
    refused = shown_jobs(alice.pk)[0]
    again(Job.objects.get(), "transcribing")
    work(tmp_path / "work")

    assert "The transcription service does not accept the key of this site" in str(refused["words"])
    assert Job.objects.get().state == JobState.READY
    recording = Recording.objects.get()
    words = [word for segment in recording.segments.all() for word in unpack(bytes(segment.words or b""))]
    assert [round(word.start, 1) for word in words] == [beep.start for beep in said]
    assert recording.audio.endswith(".m4a")
    assert exists(storage(), recording.audio)
