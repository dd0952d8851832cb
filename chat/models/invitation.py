"""Invitations: how people whom an administrator has named come in."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone

from .collection import Collection
from .secret import digest_of
from .turns.triggers import Trigger

LIFETIME = timedelta(days=7)
SENDING_TIME = timedelta(minutes=2)
"""How long the sending of a mail takes at most; one that takes longer was interrupted."""
KEPT = timedelta(days=30)
"""How long one that nobody can use any more is kept: the page shows what became of it."""
MAY_INVITE = ("auth.add_user", "auth.change_user")
"""The permissions of who may invite: in the admin, they make any account and put it into any group."""


class Delivery(models.TextChoices):
    """What has become of the mail with the link."""

    NONE = "", "not sent by e-mail"
    SENDING = "sending", "being sent"
    SENT = "sent", "sent"
    FAILED = "failed", "not sent"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations; their changes are in ``invitations``."""

    def open(self) -> InvitationQuerySet:
        """Return those that were neither used nor revoked; some of them may be too old."""
        return self.filter(used_at=None, revoked_at=None)

    def removable(self) -> InvitationQuerySet:
        """Return those that have been revoked, or too old, for a month; a used one goes with its account."""
        long_ago = Now() - KEPT
        return self.filter(Q(revoked_at__lt=long_ago) | Q(used_at=None, expires_at__lt=long_ago))

    def of_address(self, email: str) -> InvitationQuerySet:
        """Return the open ones of an e-mail address, whatever its capitals."""
        return self.open().filter(email__iexact=email)

    def with_secret(self, secret: str) -> InvitationQuerySet:
        """Return the one whose link has this secret."""
        return self.filter(digest=digest_of(secret))


class Invitation(models.Model):
    """An account that somebody may make: once, within a week, by a link of which only the digest is stored.

    A new link replaces the one before. The row goes with the account that was made.
    """

    NAME_LIMIT = 150

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=NAME_LIMIT)
    email = models.EmailField()
    groups = models.ManyToManyField(Group, related_name="+")
    collections = models.ManyToManyField(Collection, related_name="+")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    delivery = models.CharField(max_length=7, choices=Delivery.choices, default=Delivery.NONE, blank=True)
    delivery_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=Q(used_at=None, revoked_at=None), name="one_open_invitation_of_an_address"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="invitation_works_for_a_time"),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(used_at__lte=F("expires_at")), name="invitation_is_used_in_time"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(revoked_at=None), name="invitation_is_used_or_revoked"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None, user=None) | Q(used_at__isnull=False, user__isnull=False),
                name="used_invitation_has_an_account",
            ),
            models.CheckConstraint(
                condition=Q(delivery__in=["", "sending", "sent", "failed"]), name="delivery_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def is_open(self) -> bool:
        """Whether it can still be used, sent again and revoked; it may be too old to be used."""
        return self.used_at is None and self.revoked_at is None

    @property
    def is_too_old(self) -> bool:
        """Whether it was not used in time."""
        return self.is_open and self.expires_at <= timezone.now()

    @property
    def was_interrupted(self) -> bool:
        """Whether the process that was sending the mail has ended before it knew what became of it."""
        is_late = self.delivery_at is not None and self.delivery_at < timezone.now() - SENDING_TIME
        return self.delivery == Delivery.SENDING and is_late


def may_invite(user: User) -> bool:
    """Return whether a user may invite people."""
    return bool(user.is_active and user.has_perms(MAY_INVITE))


TRIGGERS = [
    Trigger(
        name="invitation_is_used_once",
        table="chat_invitation",
        event="UPDATE OF used_at, revoked_at, expires_at, digest, email",
        condition="OLD.used_at IS NOT NULL",
        message="an invitation that was used does not change",
    ),
    Trigger(
        name="invitation_stays_revoked",
        table="chat_invitation",
        event="UPDATE OF used_at, revoked_at, expires_at, digest",
        condition="OLD.revoked_at IS NOT NULL",
        message="an invitation that was revoked does not come back",
    ),
]
