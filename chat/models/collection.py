"""Collections of recordings, and who hears them: the one place that decides it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission, User
from django.db import models
from django.db.models import Exists, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse

ADMINISTRATE = "chat.change_collection"
"""The permission of administrators to make collections and to change all of them; superusers have it."""


class Role(models.TextChoices):
    """What a member of a collection may do: hear and ask, or also change it."""

    LISTEN = "listen", "listens"
    MANAGE = "manage", "manages"


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Collections; every look-up for a user starts from ``heard_by`` or ``managed_by``.

    Membership alone counts: staff and superusers hear what they are members of, and users who are not active hear
    nothing. Both are decided in the database, in the query that uses them.
    """

    def heard_by(self, user_id: int) -> CollectionQuerySet:
        """Return the collections whose recordings this user hears."""
        return self._for(
            user_id,
            Q(pk__in=self.model.objects.filter(everyone=True)) | Q(pk__in=_memberships(user_id).values("collection")),
        )

    def managed_by(self, user_id: int) -> CollectionQuerySet:
        """Return the collections that this user may change."""
        managing = _memberships(user_id).filter(role=Role.MANAGE)
        return self._for(user_id, Q(pk__in=managing.values("collection")))

    def changeable_by(self, user: User) -> CollectionQuerySet:
        """Return the collections whose members, rules and recordings this user may change.

        Those are what the user manages, and all for an administrator, who needs not hear them for that.
        """
        return self._also_for_administrators(user, self.managed_by(user.pk))

    def visible_to(self, user: User) -> CollectionQuerySet:
        """Return the collections whose page this user may open."""
        return self._also_for_administrators(user, self.heard_by(user.pk))

    def default(self) -> Collection:
        """Return the collection of new recordings, unless they are told another."""
        return self.get(is_default=True)

    def _also_for_administrators(self, user: User, allowed: CollectionQuerySet) -> CollectionQuerySet:
        """Return the allowed collections, or all for an administrator, as the database says it in the same query."""
        app, name = ADMINISTRATE.split(".")
        permission = Permission.objects.filter(content_type__app_label=app, codename=name)
        given = Q(is_superuser=True) | Q(user_permissions__in=permission) | Q(groups__permissions__in=permission)
        administrator = get_user_model().objects.filter(given, pk=user.pk, is_active=True)
        return self.filter(Exists(administrator) | Q(pk__in=allowed.order_by().values("pk")))

    def _for(self, user_id: int, allowed: Q) -> CollectionQuerySet:
        return self.filter(Exists(get_user_model().objects.filter(pk=user_id, is_active=True)), allowed)


class Collection(models.Model):
    """Recordings that the same people hear: its members, or everyone who is signed in. A recording is in exactly one.

    One collection is the default of new recordings. It cannot be deleted, nor can one that has recordings.
    """

    NAME_LIMIT = 80
    DESCRIPTION_LIMIT = 500

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=NAME_LIMIT, unique=True)
    description = models.CharField(max_length=DESCRIPTION_LIMIT, blank=True)
    everyone = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["everyone"], condition=Q(everyone=True), name="collection_of_everyone")]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_collection"),
            models.CheckConstraint(condition=~Q(name=""), name="collection_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("chat:collection-detail", args=[self.uuid])


class Membership(models.Model):
    """A user or a group of users in a collection. Who is in it twice has the greater of both roles."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, related_name="memberships")
    role = models.CharField(max_length=6, choices=Role.choices, default=Role.LISTEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "user"], name="one_membership_of_a_user"),
            models.UniqueConstraint(fields=["collection", "group"], name="one_membership_of_a_group"),
            models.CheckConstraint(
                condition=Q(user=None, group__isnull=False) | Q(user__isnull=False, group=None),
                name="member_is_a_user_or_a_group",
            ),
            models.CheckConstraint(condition=Q(role__in=["listen", "manage"]), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.group} {self.get_role_display()}"


def _memberships(user_id: int) -> QuerySet[Membership]:
    """Return the memberships of a user, and of the groups that the user is in."""
    groups = Group.objects.filter(user=user_id)
    return Membership.objects.filter(Q(user=user_id) | Q(group__in=groups))
