"""A transcribed meeting or call, its segments, and the passages that are searched."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Length, Lower, Now
from typing_extensions import override

from ..addresses import address
from ..terms import LANGUAGES
from .collection import Collection
from .word_times import times_of, unpack

if TYPE_CHECKING:
    from .consent_note import ConsentNote
    from .withdrawn_audio import WithdrawnAudio


models.CharField.register_lookup(Length)


class RecordingQuerySet(models.QuerySet["Recording"]):
    """Recordings; every look-up for a user starts from ``heard_by``, so no query can forget who may hear what."""

    def heard_by(self, user_id: int) -> RecordingQuerySet:
        """Return the recordings that this user hears: those in the collections that the user hears."""
        return self.filter(collection__in=Collection.objects.heard_by(user_id))


class Recording(models.Model):
    """A transcribed meeting or call, heard by those who hear its collection.

    ``digest`` is the SHA-256 of the transcript's content in hex: the same content is in a collection once. It may be in
    several, since nobody learns by bringing it what is in a collection that they do not hear.
    ``audio`` is the name of a file in the storage, or empty. Lengths and times are seconds.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="recordings")
    """The default collection, unless it is told another."""
    title = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, editable=False)
    audio = models.CharField(max_length=200, blank=True)
    duration = models.FloatField(null=True, blank=True)
    recorded_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    """When words of a speaker were last erased from it."""
    language = models.CharField(max_length=2, blank=True, db_default="")
    """The language in which its words are searched, by its code of ISO 639-1; empty if it is not known."""

    objects = RecordingQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["digest", "collection"], name="transcript_once_in_a_collection"),
            models.CheckConstraint(
                condition=models.Q(language=Lower("language"), language__length__in=[0, 2]),
                name="recording_language_code",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @override
    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.collection_id is None:
            self.collection = Collection.objects.default()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return address("chat:recording-detail", self.uuid)

    @property
    def consent(self) -> ConsentNote | None:
        """The consent note, if there is one; fetch it with ``select_related("consent_note")``."""
        return getattr(self, "consent_note", None)

    @property
    def audio_withdrawal(self) -> WithdrawnAudio | None:
        """The withdrawal of its audio, if there was one; fetch it with ``select_related("withdrawn_audio")``."""
        return getattr(self, "withdrawn_audio", None)

    def get_language_name(self) -> str:
        """Return the English name of its language; how it is searched if that is not known."""
        name, _ = LANGUAGES.get(self.language, ("text of an unknown language", ""))
        return name

    def address_of(self, number: int) -> str:
        """Return the address of a segment: of the page that has it, also without a script."""
        page = Segment.page_of(number)
        return f"{self.get_absolute_url()}{f'?page={page}' if page > 1 else ''}#segment-{number}"


class Segment(models.Model):
    """A stretch of a recording by one speaker; numbered from 1 without gaps, with times in seconds, None if unknown.

    ``words`` holds the times of its words as ``word_times`` packs them; None if the transcript had none.
    """

    ON_PAGE = 2_000
    """Segments on a page of a transcript."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="segments", db_index=False)
    number = models.PositiveIntegerField()
    speaker = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    start = models.FloatField(null=True)
    end = models.FloatField(null=True)
    words = models.BinaryField(null=True)

    class Meta:
        ordering = ["recording_id", "number"]
        indexes = [
            models.Index(fields=["recording", "speaker", "number"], name="segment_speaker"),
            models.Index(fields=["recording", "start"], name="segment_start"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["recording", "number"], name="segment_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="segment_number_from_1"),
        ]

    def __str__(self) -> str:
        return self.line(self.speaker, self.text)

    @staticmethod
    def line(speaker: str, text: str) -> str:
        """Return what was said after the name of its speaker."""
        return f"{speaker}: {text}" if speaker else text

    def times_of(self, begin: int, end: int) -> tuple[float, float] | None:
        """Return when the characters from ``begin`` up to ``end`` of the text are said, in seconds; None if unknown.

        Words without a time are said between their neighbours; the first and last may reach to the segment's own times.
        """
        if not self.words or begin >= end:
            return None
        start, until = times_of(self.text, unpack(bytes(self.words)), begin, end)
        start, until = (self.start if start is None else start), (self.end if until is None else until)
        return (start, max(start, until)) if start is not None and until is not None else None

    @classmethod
    def page_of(cls, number: int) -> int:
        """Return the page of a transcript that has this segment."""
        return (max(number, 1) - 1) // cls.ON_PAGE + 1


class IndexedPassage(models.Model):
    """Adjacent segments, from ``first`` to ``last`` inclusive, that the full text index holds as one document."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="indexed_passages", db_index=False)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    text = models.TextField()
    stems = models.TextField(null=True)
    """What is searched: the stem of each word of ``text``, in order, and after a line break what else may be asked for,
    such as the parts of compounds. None if it was made by a version of the site that had no stems."""
    terms_version = models.SmallIntegerField(null=True)
    """The ``chat.terms.VERSION`` that made ``text`` and ``stems``; None if it is older than these versions."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recording", "first", "last"], name="passage_place"),
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="passage_not_backwards"),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id}: {self.first}–{self.last}"
