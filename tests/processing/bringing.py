"""Files that somebody brings, the jobs of them, and a process that works on these."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection

from chat.models import Collection, Job, Recording, Segment
from chat.processing import Incoming, begin
from chat.processing.processor import Processor, do
from chat.storage import storage
from chat.transcription import Report, Spoken

from ..support.importing import VTT
from ..support.processes import ROOT

ONE, OTHER = "one process", "another process"
SOUND = next((ROOT / "chat/upkeep/demo").glob("*retrospective.mp3")).read_bytes()[:20_000]
"""The beginning of a file that browsers play."""
SPOKEN = json.dumps(
    {
        "text": "We ship in March.",
        "segments": [{"start": 0.0, "end": 1.5, "text": "We ship in March."}],
        "language": "en",
    }
)


@dataclass
class Recogniser:
    """Writes down the same of every file, or raises what it is told to."""

    error: Exception | None = None
    notes: tuple[str, ...] = ()
    name: str = "scripted"
    heard: list[str] = field(default_factory=list)

    def transcribe(self, audio: Path, report: Report) -> Spoken:
        """Return what is said, after half of the work is reported."""
        self.heard.append(audio.suffix)
        report(0.5)
        if self.error:
            raise self.error
        return Spoken(SPOKEN, ".json", "en", self.notes)


def recognise(monkeypatch: pytest.MonkeyPatch, recogniser: Recogniser) -> Recogniser:
    """Let the site transcribe with it."""
    monkeypatch.setattr("chat.processing.transcribing.transcriber", lambda: recogniser)
    return recogniser


def put(content: str | bytes, suffix: str) -> str:
    """Store a file as an upload does, and return its name."""
    name = f"incoming/{uuid4()}{suffix}"
    with tempfile.NamedTemporaryFile() as file:
        file.write(content if isinstance(content, bytes) else content.encode())
        file.flush()
        storage().put(name, Path(file.name))
    return name


def brought(
    user: User, *, text: str = VTT, audio: bytes = b"", kind: str = ".mp3", called: str = "Pump review", **said: object
) -> Job:
    """Begin a job with a transcript, unless the text is empty, and audio, unless it has no bytes."""
    files: dict[str, object] = {}
    if text:
        files |= {"transcript": put(text, ".vtt"), "transcript_name": f"{called}.vtt"}
    if audio:
        files |= {"audio": put(audio, kind), "audio_name": f"{called}{kind}"}
    collection = said.pop("collection", None) or Collection.objects.default()
    return begin(Incoming(user_id=user.pk, collection=collection, **files, **said))  # type: ignore[arg-type]


def claimed(owner: str = ONE) -> Job:
    """Return the first job in line, claimed by a process."""
    job = Processor(owner).claim()
    assert job
    return job


def work(folder: Path, owner: str = ONE) -> None:
    """Do all jobs in line, one after the other, as a process would."""
    while job := Processor(owner).claim():
        do(job, folder)


def expire(job: Job) -> None:
    """Let the lease of a job lapse, as that of a process does which has died."""
    past = {"sqlite": "DATETIME('now', '-1 minute')", "postgresql": "now() - interval '1 minute'"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE chat_job SET lease_expires_at = {past} WHERE id = %s", [job.pk])  # noqa: S608  # our own


def everything() -> object:
    """Return all that jobs make, but ids and times of making: equal after each course of events that ends well."""
    recordings = [
        {
            "title": recording.title,
            "digest": recording.digest,
            "recorded_on": recording.recorded_on,
            "audio": _bytes_of(recording.audio),
            "note": getattr(recording.consent, "told", None),
            "segments": list(Segment.objects.filter(recording=recording).values_list("number", "speaker", "text")),
            "passages": list(recording.indexed_passages.order_by("first").values_list("first", "last", "text")),
            "vectors": sorted(recording.indexed_passages.values_list("vectors__model", "vectors__dimensions")),
        }
        for recording in Recording.objects.order_by("title", "digest")
    ]
    return recordings, list(Job.objects.order_by("pk").values_list("state", "reason")), files()


def files() -> dict[str, int]:
    """Return how many files the storage has in each of its folders."""
    return {folder: len(list(storage().files(folder))) for folder in ("incoming", "audio")}


def _bytes_of(name: str) -> bytes | None:
    return storage()._path(name).read_bytes() if name else None  # type: ignore[attr-defined]
