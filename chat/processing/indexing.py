"""The third step: the transcript becomes a recording, with its audio and its index, and is found and heard."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePath

from django.db import IntegrityError, transaction

from ..models import Job, JobState, Recording
from ..recordings import library
from ..recordings.stored_audio import AUDIO_FOLDER
from ..recordings.transcripts import Source, Transcript, open_sources, read
from ..storage import storage
from .work import Work, kept, rest

WAS_HERE = "This transcript was here already."
AUDIO_LEFT_OUT = "The audio was left out: the file with the transcript has several recordings."


def take_in(work: Work) -> None:
    """Import the transcript with its audio. Raise ``Unreadable`` or a ``StorageFailed`` before anything is stored.

    Each recording of the file is a transaction, in which the job is still this claim's; the last one ends the step. So
    a step that is done again finds what was stored, and nothing is there twice.
    """
    job = work.job
    with work.file(job.transcript or job.document) as path:
        sources = [_named(source, job, path) for source in open_sources(path)]
    transcripts = [_described(read(source), job, alone=len(sources) == 1) for source in sources]
    audio = _store_audio(work) if len(sources) == 1 else ""
    if job.audio and not audio:
        job.notes = [*job.notes, AUDIO_LEFT_OUT]
    rest()
    first: Recording | None = None
    for number, (source, transcript) in enumerate(zip(sources, transcripts, strict=True), 1):
        ends = number == len(sources)
        try:
            recording = _stored(job, source, transcript, audio, first, ends=ends)
        except IntegrityError:
            if job.step != JobState.INDEXING:  # it was refused at the very end, and the step is done again
                raise
            # Another process has just stored the same transcript: now it is found.
            recording = _stored(job, source, transcript, audio, first, ends=ends)
        first = first or recording


def _stored(
    job: Job, source: Source, transcript: Transcript, audio: str, first: Recording | None, *, ends: bool
) -> Recording:
    into = library.Into(job.collection, job.consent, job.user)
    with transaction.atomic():
        kept(job.hold())
        recording, is_new = library.take_in(transcript, source.digest, audio=audio, into=into)
        if ends:
            notes = job.notes if is_new else [*job.notes, WAS_HERE]
            kept(job.advance(recording=first or recording, notes=notes))
        return recording


def _named(source: Source, job: Job, path: Path) -> Source:
    """Return the source under the name that its file had, from which its title may come."""
    return replace(source, path=PurePath(job.transcript_name or job.audio_name or path.name).with_suffix(path.suffix))


def _described(transcript: Transcript, job: Job, *, alone: bool) -> Transcript:
    """Return the transcript with what was said about it when it was brought; one title cannot name several."""
    return replace(
        transcript,
        title=(job.title if alone else "") or transcript.title,
        recorded_on=job.recorded_on or transcript.recorded_on,
    )


def _store_audio(work: Work) -> str:
    """Copy the audio to where recordings have it, under a name that is the job's own, and return that name."""
    job = work.job
    if not (job.converted or job.audio):
        return ""
    name = audio_name(job)
    with work.file(job.converted or job.audio) as path:
        storage().put(name, path)
    return name


def audio_name(job: Job) -> str:
    """Return the name in the storage under which the recording of a job has its audio."""
    suffix = PurePath(job.converted or job.audio).suffix.lower()
    return f"{AUDIO_FOLDER}/{sha256(job.uuid.bytes).hexdigest()}{suffix}"
