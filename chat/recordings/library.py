"""The team's recordings, and how a transcript becomes one: once, by its content, searchable and with its audio."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from chat.models import Recording, Segment

from ..retrieval import index
from .transcripts import Transcript, Unreadable, audio_beside, open_sources, read

_ROWS_AT_ONCE = 1000
_AUDIO_FOLDER = "audio"


@dataclass(frozen=True)
class Addition:
    """A transcript that is in the library now: ``new``, or known before.

    ``skipped`` counts by reason what was left out of a new one; ``characters`` is the length of its text in the file.
    """

    recording: Recording
    new: bool
    characters: int
    skipped: Mapping[str, int] = field(default_factory=dict)


def add(path: Path, *, title: str = "") -> Iterator[Addition]:
    """Add the recordings of a transcript file that are not in the library yet, and the audio that lies beside it.

    ``title`` replaces the one that a new recording would get. Raises ``Unreadable`` before anything is stored.

    A recording, its segments and their index are one transaction, so a crash leaves no half of one. It is one for each
    recording and not for the file: SQLite has a single writer, and answers being streamed must not wait for a
    file of many meetings. What a crash has kept from coming in comes in when the file is added again.
    """
    sources = open_sources(path)
    if title and len(sources) > 1:
        raise Unreadable(f"holds {len(sources)} recordings; one title does not name them all")
    audio = audio_beside(path) if len(sources) == 1 else None
    known = _known({source.digest for source in sources})
    drafts = [(source, None if source.digest in known else read(source)) for source in sources]
    for source, transcript in drafts:
        recording = known.get(source.digest)
        if transcript and not recording:
            recording, new = _store(replace(transcript, title=title or transcript.title), source.digest, audio)
            known[source.digest] = recording
            yield Addition(recording, new, len(source.text), transcript.skipped)
        elif recording:
            _give_audio(recording, audio)
            yield Addition(recording, False, len(source.text))


def _known(digests: Collection[str]) -> dict[str, Recording]:
    return {recording.digest: recording for recording in Recording.objects.filter(digest__in=digests)}


def _store(transcript: Transcript, digest: str, audio: Path | None) -> tuple[Recording, bool]:
    """The recording of the transcript, and whether it is new: another process may have been faster."""
    kept = _keep(audio, digest) if audio else ""  # before the transaction: copying takes time
    try:
        with transaction.atomic():
            return _create(transcript, digest, kept), True
    except IntegrityError:
        return Recording.objects.get(digest=digest), False


def _create(transcript: Transcript, digest: str, audio: str) -> Recording:
    recording = Recording.objects.create(
        title=transcript.title,
        digest=digest,
        audio=audio,
        duration=transcript.duration,
        recorded_on=transcript.recorded_on,
    )
    segments = (
        Segment(recording=recording, number=number, speaker=u.speaker, text=u.text, start=u.start, end=u.end)
        for number, u in enumerate(transcript.utterances, 1)
    )
    Segment.objects.bulk_create(segments, batch_size=_ROWS_AT_ONCE)
    index([recording])
    return recording


def _give_audio(recording: Recording, audio: Path | None) -> None:
    """Audio that came after the transcript, or whose copy is lost."""
    if audio and not (recording.audio and (settings.MEDIA_ROOT / recording.audio).is_file()):
        Recording.objects.filter(pk=recording.pk).update(audio=_keep(audio, recording.digest))


def _keep(audio: Path, digest: str) -> str:
    """Copy audio below ``MEDIA_ROOT``; returns its name there, always the same. Raises ``Unreadable``."""
    name = f"{_AUDIO_FOLDER}/{digest}{audio.suffix.lower()}"
    kept = settings.MEDIA_ROOT / name
    draft = kept.with_name(f".{kept.name}.{uuid4().hex}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(audio, draft)
        draft.replace(kept)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise Unreadable(f"its audio {audio.name} could not be kept: {error.strerror}") from None
    return name
