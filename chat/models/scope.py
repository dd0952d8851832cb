"""What one search may look at: what its user hears, and what was chosen of that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import BigIntegerField, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from .collection import Collection
from .prepared import Prepared
from .recording import Recording, RecordingQuerySet, Segment


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What somebody chose to ask about. What is empty limits nothing: ``Filter()`` is no limit at all.

    A chosen recording or collection that is gone still limits, so that what nobody can hear any more never becomes
    everything. The times are days of ``recorded_on``, both included. ``undated`` adds the recordings without a date;
    without days it leaves only these.
    """

    recordings: tuple[UUID, ...] = ()
    collections: tuple[UUID, ...] = ()
    speakers: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    undated: bool = False

    def __bool__(self) -> bool:
        return self != _NO_LIMIT

    def of(self, recordings: RecordingQuerySet) -> RecordingQuerySet:
        """Return those of the recordings that were chosen."""
        chosen = recordings.filter(self._period)
        if self.recordings:
            chosen = chosen.filter(uuid__in=self.recordings)
        if self.collections:
            chosen = chosen.filter(collection__uuid__in=self.collections)
        if self.speakers:
            said = Segment.objects.filter(recording=OuterRef("pk"), speaker__in=self.speakers)
            chosen = chosen.filter(Exists(said))
        return chosen

    @property
    def _period(self) -> Q:
        days = Q()
        if self.since:
            days &= Q(recorded_on__gte=self.since)
        if self.until:
            days &= Q(recorded_on__lte=self.until)
        return days | Q(recorded_on=None) if self.undated else days


_NO_LIMIT = Filter()


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What one search may look at, as the database says it when the search begins, never as a client says it.

    ``collections`` are the keys of those that the user heard then, and ``hears_all`` says that there were no others.
    Whether the user still hears what is found is checked again when it is read.
    """

    user_id: int
    collections: tuple[int, ...]
    hears_all: bool
    is_empty: bool
    """Whether there is no recording to look at."""
    filter: Filter = _NO_LIMIT

    @classmethod
    def begin(cls, user_id: int, chosen: Filter = _NO_LIMIT) -> Scope:
        """Return the scope of a search that begins now. Read the database."""
        heard = _heard.fetch(user=user_id)
        collections = tuple(pk for pk, _, _ in heard)
        hears_all = any(of == len(heard) for _, of, _ in heard)
        scope = cls(user_id=user_id, collections=collections, hears_all=hears_all, is_empty=False, filter=chosen)
        found = scope.recordings().exists() if chosen else any(has_recordings for _, _, has_recordings in heard)
        return scope if found else replace(scope, is_empty=True)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out: the user hears all there is, and has chosen nothing of it."""
        return self.hears_all and not self.filter

    @property
    def unfiltered(self) -> Scope:
        """The same without what was chosen: all that the user hears."""
        return replace(self, filter=_NO_LIMIT)

    def recordings(self) -> RecordingQuerySet:
        """Return the recordings in scope that the user hears now."""
        heard = Recording.objects.heard_by(self.user_id).filter(collection__in=self.collections)
        return self.filter.of(heard)


_heard = Prepared(
    lambda user: (
        Collection.objects.heard_by(user)
        .order_by()
        .values_list(
            "pk",
            RawSQL("SELECT COUNT(*) FROM chat_collection", ()),
            Exists(Recording.objects.filter(collection=OuterRef("pk"))),
        )
    ),
    user=BigIntegerField(),
)
