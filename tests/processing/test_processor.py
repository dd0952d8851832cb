"""The processor of a serving process: its threads, and what it leaves to others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from chat.models import Job, JobState
from chat.processing.processor import Processor

from .bringing import ONE, SOUND, Recogniser, brought, claimed, recognise

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 30


class Waiting(Recogniser):
    """Waits until the test lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.goes_on = threading.Event(), threading.Event()

    def transcribe(self, *args: Any) -> Any:
        """Say that it has begun, and wait."""
        self.begun.set()
        assert self.goes_on.wait(SECONDS)
        return super().transcribe(*args)


@pytest.fixture
def recogniser(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[Waiting]:
    settings.DATA_DIR = tmp_path
    waiting = Waiting()
    recognise(monkeypatch, waiting)
    yield waiting
    waiting.goes_on.set()


def join(processor: Processor) -> None:
    for thread in processor._running:
        thread.join(SECONDS)


def test_it_does_a_job_beside_everything_else(alice: User, recogniser: Waiting, tmp_path: Path) -> None:
    brought(alice, text="", audio=SOUND)
    processor = Processor(ONE)

    processor.look()
    assert recogniser.begun.wait(SECONDS)
    assert Job.objects.get().state == JobState.TRANSCRIBING
    recogniser.goes_on.set()
    join(processor)

    assert Job.objects.get().state == JobState.READY
    assert list((tmp_path / "processing" / ONE).iterdir()) == []


def test_it_does_as_many_at_once_as_it_may(alice: User, recogniser: Waiting, settings: Any) -> None:
    settings.PROCESSING_AT_ONCE = 1
    for _ in range(2):
        brought(alice, text="", audio=SOUND)
    processor = Processor(ONE)

    processor.look()
    processor.look()

    assert Job.objects.exclude(owner="").count() == 1
    recogniser.goes_on.set()
    join(processor)


def test_at_its_end_it_leaves_its_jobs_to_others(alice: User, recogniser: Waiting) -> None:
    brought(alice, text="", audio=SOUND)
    processor = Processor(ONE)
    processor.look()
    assert recogniser.begun.wait(SECONDS)

    processor.end()
    processor._run()
    other = claimed("another process")
    recogniser.goes_on.set()
    join(processor)

    job = Job.objects.get()
    assert (job.owner, job.fence, job.state) == (other.owner, other.fence, JobState.TRANSCRIBING)


def test_what_a_process_that_died_had_made_is_deleted(
    recogniser: Waiting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, own = (tmp_path / "processing" / name for name in ("dead", ONE))
    for folder in (left, own):
        folder.mkdir(parents=True)
        (folder / "spoken.json").write_text("what somebody has said")
    monkeypatch.setattr("chat.processing.processor.runner.owner.dead", lambda: {"dead"})

    Processor(ONE).look()

    assert [folder.name for folder in (tmp_path / "processing").iterdir()] == [ONE]


def test_a_job_with_its_transcript_does_not_wait_for_a_long_transcription(
    alice: User, bob: User, recogniser: Waiting
) -> None:
    long = brought(alice, text="", audio=SOUND)
    processor = Processor(ONE)
    processor.look()
    assert recogniser.begun.wait(SECONDS)
    waits, has_words = brought(alice, text="", audio=SOUND, called="Another"), brought(bob)

    processor.look()
    next(thread for thread, job in processor._running.items() if job == has_words).join(SECONDS)

    states = dict(Job.objects.values_list("pk", "state"))
    assert states == {
        long.pk: JobState.TRANSCRIBING,
        waits.pk: JobState.UPLOADED,
        has_words.pk: JobState.READY,
    }
    recogniser.goes_on.set()
    join(processor)
