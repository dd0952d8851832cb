"""What a question searches only, besides recordings that were chosen one by one: collections, speakers and days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct, convert

from .collection import Collection
from .refusal import NotFound
from .scope import Filter

COLLECTIONS_LIMIT, SPEAKERS_LIMIT = 200, 20
SPEAKER_LIMIT = 120
"""Characters of a name: as many as a segment stores."""

Speaker = Annotated[str, Meta(min_length=1, max_length=SPEAKER_LIMIT)]


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Collections, names of speakers and days, both included; what is empty limits nothing.

    ``undated`` adds the recordings without a date to those of the days; without days it leaves only these.
    """

    collections: Annotated[tuple[UUID, ...], Meta(max_length=COLLECTIONS_LIMIT)] = ()
    speakers: Annotated[tuple[Speaker, ...], Meta(max_length=SPEAKERS_LIMIT)] = ()
    since: date | None = None
    until: date | None = None
    undated: bool = False

    def __bool__(self) -> bool:
        return self != NO_LIMITS

    @property
    def parts(self) -> list[object]:
        """What makes two limits the same, for the digest of a submission; the order of choosing does not."""
        return [sorted(map(str, self.collections)), sorted(self.speakers), self.since, self.until, self.undated]

    def filter(self, recordings: tuple[UUID, ...]) -> Filter:
        """Return the filter that these limits and recordings make together."""
        return Filter(
            recordings=recordings,
            collections=self.collections,
            speakers=self.speakers,
            since=self.since,
            until=self.until,
            undated=self.undated,
        )

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day, in this order."""
        if self.since and self.until and self.since > self.until:
            return self.until, self.since
        return self.since, self.until

    def named(self, names: Mapping[UUID, str]) -> dict[str, Any]:
        """Return what a turn stores, with these names of collections; those without a name are left out."""
        chosen = [{"id": str(each), "name": names[each]} for each in dict.fromkeys(self.collections) if each in names]
        since, until = self.days
        return _present(
            collections=chosen,
            speakers=list(dict.fromkeys(name.replace("\0", "\ufffd") for name in self.speakers)),
            since=since and since.isoformat(),
            until=until and until.isoformat(),
            undated=self.undated,
        )

    def stored(self, user_id: int) -> dict[str, Any] | None:
        """Return what a turn stores: the same with the names of the collections; None for no limits.

        A collection that the user does not hear is as one that is gone. Raise ``NotFound``.
        """
        if not self:
            return None
        heard = Collection.objects.heard_by(user_id).filter(uuid__in=self.collections)
        names = dict(heard.values_list("uuid", "name")) if self.collections else {}
        if len(names) != len(set(self.collections)):
            raise NotFound("A collection in the filter no longer exists. Please choose again.")
        return self.named(names)

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Limits:
        """Return the limits that a turn has stored."""
        kept = dict(stored or {})
        kept["collections"] = [each["id"] for each in kept.get("collections", ())]
        return convert(kept, cls)


NO_LIMITS = Limits()


def _present(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
