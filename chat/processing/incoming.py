"""What somebody has brought, and the beginning of its job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..models import Collection, Consent, InvalidRequest, Job


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """Complete files in the folder ``incoming/`` of the storage: a transcript, audio, or both of one recording.

    ``transcript`` and ``audio`` are their names there; ``transcript_name`` and ``audio_name`` what they were called.
    An empty ``title`` leaves it to the transcript.
    """

    user_id: int
    collection: Collection
    title: str = ""
    recorded_on: date | None = None
    consent: Consent | None = None
    transcript: str = ""
    transcript_name: str = ""
    audio: str = ""
    audio_name: str = ""


def begin(incoming: Incoming) -> Job:
    """Store a new job, which owns the files from now on; a process works on it once the transaction is committed.

    Raise ``InvalidRequest`` without a file.
    """
    if not (incoming.transcript or incoming.audio):
        raise InvalidRequest("A recording needs a transcript or audio.")
    consent = incoming.consent
    return Job.objects.create(
        user_id=incoming.user_id,
        collection=incoming.collection,
        title=incoming.title[:200],
        recorded_on=incoming.recorded_on,
        told=consent.told if consent else "",
        told_on=consent.told_on if consent else None,
        link=consent.link if consent else "",
        transcript=incoming.transcript,
        transcript_name=incoming.transcript_name[-255:],
        audio=incoming.audio,
        audio_name=incoming.audio_name[-255:],
    )
