"""What it means to erase a speaker: where they speak, and who quotes them. Nothing happens before it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from .access.event import AccessEvent
from .access.kinds import How, Kind
from .collection import Collection
from .conversation import Conversation
from .deleted_recording import DeletedRecording
from .erasure import REMOVED_SPEAKER, ErasedSpeaker, SpeakerErasure
from .hold import refuse_if_held
from .recording import IndexedPassage, Recording, Segment
from .refusal import InvalidRequest
from .turns.answer import Citation

AT_ONCE = 500
"""Conversations that are asked about in one query."""


@dataclass(frozen=True)
class ErasurePlan:
    """A speaker in the recordings of some collections, or in one of them. The caller checks who may change these."""

    name: str
    collections: QuerySet[Collection]
    recording: Recording | None = field(default=None)

    @cached_property
    def _places(self) -> list[int]:
        """The keys of the collections, read first: SQLite cannot read a query that asks for all of it at once."""
        return list(self.collections.order_by().values_list("pk", flat=True))

    @cached_property
    def recordings(self) -> QuerySet[Recording]:
        """The recordings in which they speak."""
        found = Recording.objects.filter(collection__in=self._places)
        found = found.filter(pk=self.recording.pk) if self.recording else found
        return found.filter(Exists(Segment.objects.filter(recording=OuterRef("pk"), speaker=self.name)))

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many recordings, segments and passages have their words, and how many answers of how many people."""
        said = Segment.objects.filter(recording__in=self.recordings.order_by().values("pk"), speaker=self.name)
        within = said.filter(recording=OuterRef("recording"), number__range=(OuterRef("first"), OuterRef("last")))
        quoting = self.citations.aggregate(
            answers=Count("turn", distinct=True), people=Count("turn__user", distinct=True)
        )
        return {
            "recordings": self.recordings.count(),
            "segments": said.count(),
            "passages": IndexedPassage.objects.filter(
                Exists(within), recording__in=self.recordings.order_by().values("pk")
            ).count(),
            "with_audio": self.recordings.exclude(audio="").count(),
            **quoting,
        }

    @property
    def citations(self) -> QuerySet[Citation]:
        """What answers quote of them, also of recordings that were deleted."""
        there = Q(recording__in=self.recordings.order_by().values("pk"))
        return Citation.objects.filter(
            there | Q(recording=None, recording_uuid__in=self.gone.values("uuid")), speaker=self.name
        )

    @property
    def gone(self) -> QuerySet[DeletedRecording]:
        """The deleted recordings of the collections."""
        gone = DeletedRecording.objects.filter(collection__in=self._places)
        return gone.none() if self.recording else gone

    @transaction.atomic
    def begin(self, actor: User | None, *, replaces_name: bool = False, how: How = How.PAGE) -> SpeakerErasure:
        """Store that the speaker shall be erased, which is an event of each collection, without the name.

        Raise ``InvalidRequest`` if there is nothing of them, or ``Held`` if a legal hold keeps anything of it.
        ``actor`` is None for a command.
        """
        if self.name == REMOVED_SPEAKER:
            raise InvalidRequest(f"“{REMOVED_SPEAKER}” stands for speakers who were erased already.")
        self._refuse_if_held()
        recordings = list(self.recordings.select_related("collection"))
        gone = self.citations.filter(recording=None).values_list("recording_uuid", flat=True).order_by().distinct()
        if not self.name or not (recordings or gone):
            raise InvalidRequest("Nobody of this name speaks there.")
        deleted = Collection.objects.filter(pk__in=self.gone.filter(uuid__in=list(gone)).values("collection"))
        for collection in {recording.collection for recording in recordings}.union(deleted):
            count = sum(recording.collection_id == collection.pk for recording in recordings)
            AccessEvent.objects.record_member(
                Kind.SPEAKER_ERASED, actor=actor, how=how, collection=collection.uuid, details={"recordings": count}
            )
        ErasedSpeaker.remember(recordings, self.name, replaces_name=replaces_name)
        return SpeakerErasure.objects.create(
            actor=actor,
            name=self.name,
            replaces_name=replaces_name,
            recordings=[recording.pk for recording in recordings],
            uuids=sorted({str(recording.uuid) for recording in recordings} | {str(uuid) for uuid in gone}),
            segments=self.counts["segments"],
            total=len(recordings) + self.counts["answers"],
        )

    def unfinished(self, *, replaces_name: bool) -> SpeakerErasure | None:
        """Return an erasure that a command began in these collections and did not finish."""
        begun = SpeakerErasure.objects.unfinished().filter(actor=None, name=self.name, replaces_name=replaces_name)
        within = Recording.objects.filter(collection__in=self._places).values_list("uuid", flat=True)
        deleted = self.gone.values_list("uuid", flat=True)
        uuids = {str(uuid) for uuid in (*within, *deleted)} if begun else set()
        return next((each for each in begun if uuids.issuperset(each.uuids)), None)

    def _refuse_if_held(self) -> None:
        refuse_if_held(self.recordings)
        quoting = self.citations.order_by().values_list("turn__conversation", flat=True).distinct()
        keys = list(quoting)
        for at in range(0, len(keys), AT_ONCE):
            refuse_if_held(Conversation.objects.filter(pk__in=keys[at : at + AT_ONCE]))
