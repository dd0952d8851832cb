"""The JSON of recordings."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from .. import models
from .resources import Resource


class Consent(Resource, frozen=True, kw_only=True):
    """Who was told of a recording, and when; ``link`` is the form or the policy, or empty."""

    told: str
    told_on: date
    link: str


class Recording(Resource, frozen=True, kw_only=True):
    """A transcribed meeting or call; ``duration`` is in seconds. ``consent`` is null without a consent note.

    ``language`` is a code of ISO 639-1, empty if it is not known.
    """

    id: UUID
    title: str
    recorded_on: date | None
    duration: float | None
    language: str
    consent: Consent | None

    @classmethod
    def of(cls, recording: models.Recording) -> Recording:
        """Return a recording without its transcript."""
        note, title, day = recording.consent, recording.title, recording.recorded_on
        consent = Consent(told=note.told, told_on=note.told_on, link=note.link) if note else None
        return cls(
            id=recording.uuid,
            title=title,
            recorded_on=day,
            duration=recording.duration,
            language=recording.language,
            consent=consent,
        )


class RecordingPage(Resource, frozen=True, kw_only=True):
    """Recordings, newest first; ``next`` is the ``after`` of the next page, null on the last."""

    recordings: list[Recording]
    next: UUID | None
