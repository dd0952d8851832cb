"""What people do with jobs: try again, attach a transcript, cancel; also while a process works on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from chat.models import Collection, Held, InvalidRequest, Job, JobState, Recording, dissolve, holding, make_collection
from chat.processing import again, attach_transcript, cancel
from chat.processing.indexing import audio_name
from chat.processing.processor import do
from chat.recordings.stored_audio import withdraw_audio
from chat.retrieval.embeddings import EmbeddingFailed
from chat.storage import storage

from ..support.importing import VTT
from .bringing import OTHER, SOUND, brought, claimed, expire, files, put, work

pytestmark = pytest.mark.django_db(transaction=True)

BROKEN = "WEBVTT\n\nnothing"


def failed(user: User, folder: Path) -> Job:
    job = brought(user, text=BROKEN, audio=SOUND)
    work(folder)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    return job


def test_the_step_that_failed_is_done_again_alone(alice: User, folder: Path) -> None:
    job = failed(alice, folder)
    fence = job.fence

    again(job)
    assert (job.state, job.reason, job.attempts) == (JobState.INDEXING, "", 0)
    work(folder)

    job.refresh_from_db()
    assert (job.state, job.fence) == (JobState.FAILED, fence + 1)


def test_an_earlier_step_can_be_done_again_but_not_a_later_one(alice: User, folder: Path) -> None:
    job = failed(alice, folder)

    for step in (JobState.EMBEDDING, JobState.READY, "nonsense"):
        with pytest.raises(InvalidRequest):
            again(job, step)
    again(job, JobState.CONVERTING)

    assert Job.objects.get().state == JobState.CONVERTING


def test_a_job_that_is_done_or_waits_in_line_is_not_begun_again(alice: User) -> None:
    job = brought(alice)

    with pytest.raises(InvalidRequest, match="gone on"):
        again(job)
    with pytest.raises(InvalidRequest, match="gone on"):
        again(claimed())


def test_of_a_ready_recording_only_the_last_step_is_done_again(alice: User, folder: Path) -> None:
    job = brought(alice)
    work(folder)
    job.refresh_from_db()

    with pytest.raises(InvalidRequest, match="there already"):
        again(job, JobState.INDEXING)
    again(job, JobState.EMBEDDING)
    work(folder)

    assert (Job.objects.get().state, Recording.objects.count()) == (JobState.READY, 1)


def test_an_attached_transcript_lets_audio_go_on(alice: User, folder: Path) -> None:
    job = brought(alice, text="", audio=SOUND)
    work(folder)
    job.refresh_from_db()

    attach_transcript(job, put(VTT, ".vtt"), "notes.vtt")
    work(folder)

    assert Job.objects.get().state == JobState.READY
    assert Recording.objects.get().audio
    assert files() == {"incoming": 0, "audio": 1}


def test_an_attached_transcript_replaces_one_that_cannot_be_read(alice: User, folder: Path) -> None:
    job = failed(alice, folder)

    attach_transcript(job, put(VTT, ".vtt"), "notes.vtt")
    assert files() == {"incoming": 2, "audio": 0}
    work(folder)

    assert Recording.objects.get().segments.count() == 2


def test_no_transcript_is_attached_to_what_goes_on_without(alice: User) -> None:
    job = brought(alice)

    with pytest.raises(InvalidRequest):
        attach_transcript(job, "incoming/other.vtt", "notes.vtt")

    assert Job.objects.get().transcript == job.transcript


def test_a_cancelled_job_leaves_nothing(alice: User) -> None:
    job = brought(alice, audio=SOUND)

    cancel(job)

    assert not Job.objects.exists()
    assert files() == {"incoming": 0, "audio": 0}


def test_whoever_works_on_a_cancelled_job_stores_nothing(
    alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(alice, audio=SOUND)
    job = claimed()
    monkeypatch.setattr("chat.processing.indexing.rest", lambda: cancel(Job.objects.get()))  # when all is read

    do(job, folder)

    assert not Job.objects.exists()
    assert not Recording.objects.exists()
    assert files()["incoming"] == 0


def test_a_ready_job_is_not_cancelled(alice: User, folder: Path) -> None:
    job = brought(alice)
    work(folder)

    with pytest.raises(InvalidRequest):
        cancel(job)

    assert Recording.objects.exists()


def test_a_legal_hold_keeps_what_was_brought(alice: User) -> None:
    job = brought(alice)
    holding.place(Collection.objects.default(), name="Case 7", reason="a lawsuit", actor=None)

    with pytest.raises(Held):
        cancel(job)

    assert files()["incoming"] == 1


def test_a_job_goes_on_when_its_uploader_is_deleted(alice: User, folder: Path) -> None:
    brought(alice)
    alice.delete()

    work(folder)

    assert Job.objects.get().state == JobState.READY


def test_a_deleted_recording_takes_its_job_with_it(alice: User, folder: Path, settings: Any) -> None:
    brought(alice)
    work(folder)

    Recording.objects.get().delete()

    assert not Job.objects.exists()


def test_a_collection_is_deleted_only_without_unfinished_jobs(alice: User, folder: Path) -> None:
    team = make_collection(alice, "Sales")
    job = brought(alice, collection=team)

    with pytest.raises(InvalidRequest, match="on their way"):
        dissolve(team, alice)
    work(folder)
    Recording.objects.update(collection=Collection.objects.default())
    dissolve(team, alice)

    assert not Job.objects.filter(pk=job.pk).exists()
    assert Recording.objects.exists()


def test_a_cancelled_job_leaves_nothing_of_claims_that_died(alice: User, folder: Path) -> None:
    job = failed(alice, folder)
    for name in (f"incoming/{job.uuid}-1.m4a", audio_name(job)):
        storage().put(name, storage()._path(job.audio))  # type: ignore[attr-defined]

    cancel(job)

    assert files() == {"incoming": 0, "audio": 0}


def test_a_legal_hold_keeps_a_transcript_that_cannot_be_read(alice: User, folder: Path) -> None:
    job = failed(alice, folder)
    holding.place(Collection.objects.default(), name="Case 7", reason="a lawsuit", actor=None)

    with pytest.raises(Held):
        attach_transcript(job, put(VTT, ".vtt"), "notes.vtt")

    assert Job.objects.get().transcript == job.transcript


def test_once_a_recording_has_its_audio_its_job_keeps_no_copy(
    alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.EMBEDDINGS = "openai:text-embedding-3-small"
    monkeypatch.setattr("chat.processing.embedding.embeddings", _no_embeddings)
    brought(alice, audio=SOUND)

    work(folder)

    assert (Job.objects.get().state, Job.objects.get().step) == (JobState.EMBEDDING, JobState.EMBEDDING)
    assert files() == {"incoming": 0, "audio": 1}


def test_who_was_stopped_for_long_brings_no_withdrawn_audio_back(
    alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(alice, audio=SOUND)
    late = claimed()

    def meanwhile() -> None:
        monkeypatch.undo()
        expire(late)
        work(folder, OTHER)
        withdraw_audio(Recording.objects.get(), actor=None)
        storage().put(audio_name(late), storage()._path(put(SOUND, ".mp3")))  # type: ignore[attr-defined]

    monkeypatch.setattr("chat.processing.indexing.rest", meanwhile)
    do(late, folder)

    assert files()["audio"] == 0


def _no_embeddings() -> None:
    raise EmbeddingFailed("secret words of a provider")
