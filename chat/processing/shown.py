"""Jobs as their page and programs see them: a sentence about each, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePosixPath

from django.db.models.functions import Now

from ..models import Job, JobState, Recording
from ..models.job_state import TO_DO

MOST = 100
"""Jobs of a list."""
LATELY = timedelta(minutes=10)
"""How long the list still has a job that is ready."""
_ORDINALS = ("", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")
_DOING = {
    JobState.CONVERTING: "Preparing the audio",
    JobState.TRANSCRIBING: "Transcribing",
    JobState.INDEXING: "Reading the transcript",
    JobState.EMBEDDING: "Preparing the search by meaning",
}
_WHILE = {
    JobState.CONVERTING: "while preparing the audio",
    JobState.TRANSCRIBING: "while transcribing",
    JobState.INDEXING: "while reading the transcript",
    JobState.EMBEDDING: "while preparing the search by meaning; its words are found",
}


def shown_jobs(user_id: int) -> list[dict[str, object]]:
    """Return the jobs that a user sees: those that are not ready first, then those that became ready lately."""
    jobs = Job.objects.seen_by(user_id)
    unfinished = list(jobs.unfinished()[:MOST])
    lately = jobs.filter(state=JobState.READY, ended_at__gt=Now() - LATELY).order_by("-ended_at")
    return _as_json([*unfinished, *lately[:MOST]], user_id)


def as_json(job: Job, user_id: int) -> dict[str, object]:
    """Return what this user sees of a job, who may see it."""
    return _as_json([job], user_id)[0]


def _as_json(jobs: Sequence[Job], user_id: int) -> list[dict[str, object]]:
    places = Job.objects.places() if any(job.state in TO_DO for job in jobs) else {}
    heard = Recording.objects.heard_by(user_id).filter(pk__in=[job.recording_id for job in jobs if job.recording_id])
    found = {recording.pk: recording for recording in heard}
    return [_one(job, places.get(job.pk), found.get(job.recording_id or 0)) for job in jobs]


def _one(job: Job, place: int | None, recording: Recording | None) -> dict[str, object]:
    return {
        "uuid": str(job.uuid),
        "title": recording.title if recording else title_of(job),
        "state": job.state,
        "words": words_of(job, place),
        "notes": job.notes,
        "progress": job.progress,
        "place": place,
        "again": job.state == JobState.FAILED,
        "attachable": job.state == JobState.WAITING or (job.state == JobState.FAILED and job.recording_id is None),
        "running": job.state in TO_DO,
        "recording": recording and recording.get_absolute_url(),
    }


def title_of(job: Job) -> str:
    """Return what a job is called until it has a recording, and for those who do not hear that."""
    return job.title or PurePosixPath(job.transcript_name or job.audio_name).stem


def words_of(job: Job, place: int | None) -> str:
    """Return a sentence about how far a job is; ``place`` is that in line, if it waits for a process."""
    step = JobState(job.step)
    if job.state == JobState.FAILED:
        return f"Failed {_WHILE[step]}: {job.reason}"
    if job.state == JobState.WAITING:
        return "Waiting for a transcript: this site makes none itself. Please attach one."
    if job.state == JobState.READY:
        return " ".join(["Ready.", *job.notes])
    if place is not None:
        where = f"{_ORDINALS[place] if place < len(_ORDINALS) else f'Number {place:,}'} in line"
        return f"{where}. {job.reason}".strip() if job.reason else where
    return _DOING[step] if job.progress is None else f"{_DOING[step]}: {job.progress:.0%}".replace("%", " %")


def jobs_of(user_id: int) -> list[dict[str, object]]:
    """Return what is stored of the jobs that a user has begun, for the export of their data."""
    return [
        {
            "title": title_of(job),
            "transcript": job.transcript_name,
            "audio": job.audio_name,
            "recorded_on": job.recorded_on,
            "told": job.told,
            "state": job.state,
            "reason": job.reason,
            "notes": job.notes,
            "begun_at": job.begun_at,
        }
        for job in Job.objects.filter(user=user_id).order_by("pk")
    ]
