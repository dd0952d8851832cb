"""Collections as the pages show them: who hears them, in words, and who changed that."""

from __future__ import annotations

from collections.abc import Collection as Ids
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.db.models import Count, QuerySet

from ..display import shown
from ..models import AccessEvent, Collection, Kind, Membership, Role, hearers

Collections = Sequence[Collection] | QuerySet[Collection]

NAMED = 4
"""People whose names a sentence says; of others it says how many they are."""
CHANGES = 20
"""Changes that the page of a collection shows, the latest first."""
SUGGESTED = 200
"""Names of people, and of groups, that the page suggests for a new member."""
_PLAIN = {
    str(Kind.AUDIO_WITHDRAWN): "withdrew the audio of a recording",
    str(Kind.RECORDING_DELETED): "deleted a recording",
}


@dataclass(frozen=True)
class ShownCollection:
    """A collection with its number of recordings, who hears it, and the role of the viewer ("" if none)."""

    collection: Collection
    recordings: int
    people: int
    role: str

    @property
    def heard_by(self) -> str:
        """Who hears it, in words."""
        return "Everyone signed in hears it" if self.collection.everyone else f"{people(self.people)} it"


@dataclass(frozen=True)
class Change:
    """A change of who hears a collection: who did what, in words, and when."""

    event: AccessEvent
    actor: str
    text: str


def people(count: int) -> str:
    """Return ``Nobody hears``, ``1 person hears`` or ``5 people hear``."""
    if not count:
        return "Nobody hears"
    return "1 person hears" if count == 1 else f"{count:,} people hear"


def recordings_of(count: int) -> str:
    """Return ``1 recording`` or ``5 recordings``."""
    return f"{count:,} recording{'' if count == 1 else 's'}"


def name_of(user: User) -> str:
    """Return the full name of a user, or else the user name."""
    return shown(user.get_full_name() or user.get_username())


def names_of(ids: Ids[int]) -> str:
    """Return the names of these users in a sentence: ``Ana Lima, bo and 3 more``."""
    users = get_user_model().objects.filter(pk__in=sorted(ids)[:NAMED])
    names = sorted(map(name_of, users), key=str.casefold)
    if more := len(ids) - len(names):
        return f"{', '.join(names)} and {more:,} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def shown_collections(collections: Collections, user: User) -> list[ShownCollection]:
    """Return collections with what their rows show, in four queries for any number."""
    counts = Collection.objects.filter(pk__in=[each.pk for each in collections]).annotate(n=Count("recordings"))
    recordings = dict(counts.values_list("pk", "n"))
    heard = hearers(collections)
    managed = set(Collection.objects.managed_by(user.pk).values_list("pk", flat=True))
    return [
        ShownCollection(each, recordings.get(each.pk, 0), len(heard[each.pk]), _role(each, user, managed, heard))
        for each in collections
    ]


def _role(collection: Collection, user: User, managed: Ids[int], heard: dict[int, set[int]]) -> str:
    if collection.pk in managed:
        return f"You {Role.MANAGE.label[:-1]} it"
    return "" if user.pk in heard[collection.pk] else "You do not hear it"


def members_of(collection: Collection) -> list[Membership]:
    """Return the members, who manage first; a group has ``size``, its number of active users."""
    memberships = list(collection.memberships.select_related("user", "group"))
    sizes = Group.objects.filter(pk__in=[each.group_id for each in memberships], user__is_active=True)
    size_of = dict(sizes.annotate(n=Count("user")).values_list("pk", "n"))
    for each in memberships:
        each.size = size_of.get(each.group_id or 0, 0)  # type: ignore[attr-defined]
        each.name = name_of(each.user) if each.user else shown(str(each.group))  # type: ignore[attr-defined]
    return sorted(memberships, key=lambda each: (each.role != Role.MANAGE, each.name.casefold()))  # type: ignore[attr-defined]


def changes_of(collection: Collection) -> list[Change]:
    """Return the latest changes of who hears a collection."""
    events = AccessEvent.objects.of_collection(collection.uuid)[:CHANGES]
    return [Change(event, shown(event.actor_name) or "The site", _change(event)) for event in events]


def suggestions() -> dict[str, Any]:
    """Return the names that the page suggests for a new member."""
    users = get_user_model().objects.filter(is_active=True).order_by("username")[:SUGGESTED]
    return {"users": users, "groups": Group.objects.order_by("name")[:SUGGESTED]}


def _change(event: AccessEvent) -> str:
    member, details = shown(event.member_name), event.details
    group = "the group " if "group" in details else ""
    match event.kind:
        case Kind.MEMBER_ADDED:
            return f"added {group}{member}, who {_verb(details)}"
        case Kind.MEMBER_REMOVED:
            return f"removed {group}{member}"
        case Kind.MEMBER_CHANGED:
            return f"gave {group}{member} another role: {_verb(details)}"
        case Kind.RECORDING_MOVED:
            return f"moved a recording from {shown(str(details.get('from')))} to {shown(str(details.get('to')))}"
        case Kind.CONSENT_NOTE | Kind.SPEAKER_ERASED | Kind.HOLD_PLACED | Kind.HOLD_RELEASED:
            return _law(event.kind, details)
    if "recording_days" in details:
        return f"changed how long it is kept: {_kept(details)}"
    if "everyone" in details:
        return "opened it to everyone who is signed in" if details["everyone"] else "closed it to all but its members"
    return f"{details['did']} it" if "did" in details else _PLAIN.get(event.kind, event.what)


def _law(kind: str, details: dict[str, Any]) -> str:
    if kind == Kind.CONSENT_NOTE:
        return f"{details.get('did', 'changed')} the consent note of a recording"
    if kind == Kind.SPEAKER_ERASED:
        return f"began to erase the words of a speaker from {recordings_of(int(details.get('recordings', 0)))}"
    done = "put it under" if kind == Kind.HOLD_PLACED else "released it from"
    return f"{done} the legal hold “{shown(str(details.get('hold')))}”"


def _kept(details: dict[str, Any]) -> str:
    return ", ".join(
        f"{what} {f'for {days} days' if days else 'without a limit'}"
        for what, days in (
            ("recordings", details.get("recording_days")),
            ("conversations", details.get("conversation_days")),
        )
    )


def _verb(details: dict[str, Any]) -> str:
    role = details.get("role", "")
    return str(Role(role).label) if role in Role.values else str(role)
