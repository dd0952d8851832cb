"""The log of accesses: who has read what of whom, and who was given or lost the right to."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import DatabaseError, models
from django.db.models import Q
from django.db.models.functions import Now

from ..turns import rows
from .kinds import OF_CONTENT, OF_REVIEWERS, How, Kind

REASON_LIMIT = 500
"""Characters of a reason. Check a typed one before: a longer one cannot be recorded."""


class NotRecorded(Exception):
    """An access could not be recorded, so it must not happen. Uncaught, it becomes a response of status 503."""


@dataclass(frozen=True)
class Read:
    """What one event says was read: some turns (their uuids) of a conversation, or of an owner alone."""

    owner_id: int
    conversation: UUID | None = None
    turns: Sequence[UUID] = ()


_INSERT = """
    INSERT INTO chat_accessevent (kind, actor_id, actor_name, owner_id, conversation, turns, reason, how,
        member_id, member_name, collection, details, at)
    SELECT kind, actor_id, actor_name, owner_id, conversation, turns, reason, how,
        member_id, member_name, collection, details, {now} FROM {new}
"""
_COLUMNS = {
    "kind": "text",
    "actor_id": "bigint",
    "actor_name": "text",
    "owner_id": "bigint",
    "conversation": "uuid",
    "turns": "jsonb",
    "reason": "text",
    "how": "text",
    "member_id": "bigint",
    "member_name": "text",
    "collection": "uuid",
    "details": "jsonb",
}
Actor = AbstractBaseUser | AnonymousUser | None
Details = Mapping[str, object]


class AccessEventQuerySet(models.QuerySet["AccessEvent"]):
    """Events, the latest first; all of them are added by ``record``, ``record_reads`` and ``record_member``."""

    def record(
        self,
        kind: Kind,
        *,
        actor: Actor,
        how: str,
        owner_id: int | None = None,
        conversation: UUID | None = None,
        turns: Sequence[UUID] = (),
        reason: str = "",
        details: Details | None = None,
    ) -> None:
        """Record one event; raise ``NotRecorded`` if that is impossible, and then serve nothing.

        Call it before anything is served, outside of a transaction: an event that is rolled back later was never
        recorded. ``actor`` is None for the site itself. ``reason`` is the text that the reader typed, or "".
        ``details`` is stored as JSON and kept for ever: it must contain no title, question, answer or searched words.
        """
        row = _row(kind, actor, how, reason, details)
        _insert([row | _read(Read(owner_id, conversation, turns))] if owner_id is not None else [row])

    def record_reads(
        self,
        kind: Kind,
        reads: Iterable[Read],
        *,
        actor: Actor,
        how: str,
        reason: str = "",
        details: Details | None = None,
    ) -> None:
        """Record one event for each of ``reads``, in one statement: all of them or none. See ``record``.

        So every hit of a search, and every conversation of an export, has its own event.
        """
        row = _row(kind, actor, how, reason, details)
        if events := [row | _read(read) for read in reads]:
            _insert(events)

    def record_member(
        self,
        kind: Kind,
        *,
        actor: Actor,
        how: str,
        member_id: int | None = None,
        member_name: str = "",
        collection: UUID | None = None,
        reason: str = "",
        details: Details | None = None,
    ) -> None:
        """Record a change of who may hear a collection, of who may review, or of an account.

        Call it in the transaction of the change, so that both or neither happen. ``member_id`` is a user's; for a
        group of users leave it out, and put the name of the group into ``member_name`` and ``details["group"]``.
        Put the role into ``details["role"]``. Everybody in the collection sees these events: ``of_collection``.
        """
        member = {"member_id": member_id, "member_name": _storable(member_name), "collection": _hex(collection)}
        _insert([_row(kind, actor, how, reason, details) | member])

    def of_owner(self, user_id: int) -> AccessEventQuerySet:
        """Return the accesses to what this user has asked, the latest first. ``pages`` makes pages of them."""
        return self.filter(owner_id=user_id).order_by("owner_id", "-pk")

    def of_conversation(self, conversation: UUID) -> AccessEventQuerySet:
        """Return the accesses to a conversation, the latest first. Check before that the viewer may know of it."""
        return self.filter(conversation=conversation).order_by("conversation", "-pk")

    def of_collection(self, collection: UUID) -> AccessEventQuerySet:
        """Return the changes of who hears a collection, the latest first. Check before that the viewer hears it."""
        return self.filter(collection=collection).order_by("collection", "-pk")

    def of_member(self, user_id: int) -> AccessEventQuerySet:
        """Return the changes of the account and of the rights of this user, the latest first."""
        return self.filter(member_id=user_id).order_by("member_id", "-pk")

    def of_reviewers(self) -> AccessEventQuerySet:
        """Return the changes of who may review, the latest first, which all users may see."""
        return self.filter(owner_id=None, kind__in=OF_REVIEWERS).order_by("-pk")


class AccessEvent(models.Model):
    """One access, or one change of a right. It is never changed and never deleted: triggers refuse both.

    It contains no content, and survives what it is about: users, conversations and collections are named by their ids
    and by copies of their names, without foreign keys. The purge leaves it.
    """

    kind = models.CharField(max_length=30)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)
    owner_id = models.BigIntegerField(null=True)
    conversation = models.UUIDField(null=True)
    turns = models.JSONField(default=list)
    reason = models.CharField(max_length=REASON_LIMIT, blank=True)
    how = models.CharField(max_length=20)
    member_id = models.BigIntegerField(null=True)
    member_name = models.CharField(max_length=150, blank=True)
    collection = models.UUIDField(null=True)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    objects = AccessEventQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["owner_id", "-id"], condition=Q(owner_id__isnull=False), name="access_of_owner"),
            models.Index(
                fields=["conversation", "-id"], condition=Q(conversation__isnull=False), name="access_of_conversation"
            ),
            models.Index(
                fields=["collection", "-id"], condition=Q(collection__isnull=False), name="access_of_collection"
            ),
            models.Index(fields=["member_id", "-id"], condition=Q(member_id__isnull=False), name="access_of_member"),
            models.Index(fields=["-id"], condition=Q(owner_id__isnull=True), name="access_of_rights"),
            models.Index(fields=["at"], name="access_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=OF_CONTENT) | Q(owner_id__isnull=False), name="access_to_content_has_owner"
            ),
            models.CheckConstraint(condition=~Q(how=""), name="access_has_way"),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}: {self.kind}"

    @property
    def turn_uuids(self) -> Collection[UUID]:
        """The turns that were read, for comparison with ``turn.uuid``."""
        return frozenset(map(UUID, self.turns))

    @property
    def what(self) -> str:
        """What happened, in words."""
        return str(Kind(self.kind).label) if self.kind in Kind.values else self.kind

    @property
    def way(self) -> str:
        """The way in which it happened, in words."""
        return str(How(self.how).label) if self.how in How.values else self.how


def _row(kind: Kind, actor: Actor, how: str, reason: str, details: Details | None) -> dict[str, object]:
    if len(reason) > REASON_LIMIT:
        raise ValueError("the reason is too long")
    empty: dict[str, object] = dict.fromkeys(_COLUMNS)
    return empty | {
        "kind": str(kind),
        "actor_id": actor.pk if actor else None,
        "actor_name": _storable(actor.get_username()) if actor else "",
        "turns": "[]",
        "reason": _storable(reason),
        "how": str(how),
        "member_name": "",
        "details": _json(details or {}),
    }


def _read(read: Read) -> dict[str, object]:
    turns = json.dumps([str(turn) for turn in read.turns])
    return {"owner_id": read.owner_id, "conversation": _hex(read.conversation), "turns": turns}


def _hex(uuid: UUID | None) -> str | None:
    return uuid.hex if uuid else None


def _json(details: Details) -> str:
    return _storable(json.dumps(details, sort_keys=True, ensure_ascii=False).replace("\\u0000", "\\ufffd"))


def _storable(text: str) -> str:
    """Return a text without NUL and half characters, which databases refuse: an access must not depend on them."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _insert(events: Sequence[Mapping[str, object]]) -> None:
    try:
        rows.execute(_INSERT, _COLUMNS, events)
    except DatabaseError as error:
        raise NotRecorded("the access could not be recorded") from error
