"""Legal holds: what a hold keeps is deleted by nobody, whichever way they try.

Every way to delete asks ``refuse_if_held`` first. Those that were forgotten meet it when Django deletes the rows
(``pre_delete``), and those that go around Django meet the triggers of ``hold_triggers``.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.db.models.signals import pre_delete

from .collection import Collection
from .quoting import quoted_in, quotes
from .refusal import InvalidRequest


class Held(InvalidRequest):
    """Something was not deleted, because a legal hold keeps it. The message names the holds."""


class HoldQuerySet(models.QuerySet["Hold"]):
    """Legal holds; ``holding`` has their changes."""

    def standing(self) -> HoldQuerySet:
        """Return those that were not released."""
        return self.filter(released_at=None)

    def on(self, user: User) -> HoldQuerySet:
        """Return the standing holds on a user, not those on collections that their conversations quote."""
        return self.standing().filter(user=user).order_by("name")

    def over(self, rows: QuerySet[Any]) -> HoldQuerySet:
        """Return the standing holds that keep any of these conversations, recordings, collections or users."""
        keys, model = rows.order_by().values("pk"), rows.model
        if model is Collection:
            return self._on(collections=[keys])
        if model is User:
            conversations = apps.get_model("chat", "Conversation").objects.filter(user__in=keys)
            return self._on(users=[keys], collections=quoted_in(conversations))
        if model is apps.get_model("chat", "Recording"):
            return self._on(collections=[rows.order_by().values("collection")])
        if model is apps.get_model("chat", "Conversation"):
            return self._on(users=[rows.order_by().values("user")], collections=quoted_in(rows))
        raise TypeError(f"no hold keeps rows of {model.__name__}")

    def _on(self, *, users: list[Any] | None = None, collections: list[Any] | None = None) -> HoldQuerySet:
        on = Q(pk__in=[])
        for keys in users or ():
            on |= Q(user__in=keys)
        for keys in collections or ():
            on |= Q(collection__in=keys)
        return self.standing().filter(on).order_by("name", "pk")


class Hold(models.Model):
    """A legal hold on a collection or on a user, with its reason, who placed and who released it.

    On a collection it keeps the recordings with their transcripts and audio, and the conversations with answers that
    quote them, also of recordings that were deleted before. On a user it keeps the account and the conversations. The
    log of accesses is kept anyway.

    The row is history: it is never deleted, and changes only when the hold is released. So it names everybody by their
    names at that time, and no foreign key makes it go with what it was about.
    """

    NAME_LIMIT = 80
    REASON_LIMIT = 500

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=NAME_LIMIT)
    reason = models.CharField(max_length=REASON_LIMIT)
    collection = models.ForeignKey(
        Collection, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    subject = models.CharField(max_length=150)
    """The name of the collection or of the user when the hold was placed."""
    placed_by = models.CharField(max_length=150, blank=True)
    placed_at = models.DateTimeField(db_default=Now())
    released_by = models.CharField(max_length=150, blank=True)
    released_at = models.DateTimeField(null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        default_permissions = ("change",)
        verbose_name = "legal hold"
        constraints = [
            # Their indexes find the standing holds on a collection or a user.
            models.UniqueConstraint(
                fields=["collection", "name"], condition=Q(released_at=None), name="one_standing_hold_of_a_collection"
            ),
            models.UniqueConstraint(
                fields=["user", "name"], condition=Q(released_at=None), name="one_standing_hold_of_a_user"
            ),
            models.CheckConstraint(
                condition=Q(collection__isnull=False, user=None) | Q(collection=None, user__isnull=False),
                name="hold_is_on_a_collection_or_a_user",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(reason=""), name="hold_has_a_name_and_a_reason"),
            models.CheckConstraint(condition=Q(released_by="") | Q(released_at__isnull=False), name="hold_is_released"),
        ]

    def __str__(self) -> str:
        return self.name


def refuse_if_held(rows: QuerySet[Any]) -> None:
    """Raise ``Held`` if a legal hold keeps any of these conversations, recordings, collections or users.

    Every deletion, and whatever else would take something from them, asks this first, in its transaction.
    """
    if names := holds_over(rows):
        raise Held(kept_under(names))


def holds_over(rows: QuerySet[Any]) -> list[str]:
    """Return the names of the holds that keep any of these conversations, recordings, collections or users."""
    return list(dict.fromkeys(Hold.objects.over(rows).values_list("name", flat=True)))


def kept_under(names: list[str]) -> str:
    """Return why something is not deleted, in words for whoever wanted to."""
    quoted = " and ".join(f"“{name}”" for name in names)
    holds = "the legal hold" if len(names) == 1 else "the legal holds"
    release = "it is" if len(names) == 1 else "they are"
    return f"This is kept under {holds} {quoted}. It can neither be deleted nor moved away until {release} released."


def held(conversations: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of some conversations that a hold keeps."""
    standing = Hold.objects.standing()
    users = list(standing.exclude(user=None).values_list("user", flat=True))
    collections = list(standing.exclude(collection=None).values_list("collection", flat=True))
    if not users and not collections:
        return conversations.none()
    return conversations.filter(Q(user__in=users) | quotes(collections))


def _refuse(sender: type[models.Model], instance: models.Model, origin: Any = None, **_: Any) -> None:
    """Refuse the deletion of a row that is held. What goes with another row was asked for with that row."""
    asked_for = origin.model if isinstance(origin, QuerySet) else type(origin)
    if asked_for is sender:
        refuse_if_held(sender._default_manager.filter(pk=instance.pk))  # noqa: SLF001  # documented


for kept in (User, "chat.Collection", "chat.Recording", "chat.Conversation"):
    pre_delete.connect(_refuse, sender=kept)
