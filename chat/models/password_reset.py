"""Links with which those who have forgotten their password set a new one."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from .access.acting import acting
from .access.event import AccessEvent
from .access.kinds import How, Kind
from .refusal import NotFound
from .secret import digest_of, new_secret
from .turns.triggers import Trigger

LIFETIME = timedelta(hours=1)


class PasswordReset(models.Model):
    """A link that sets a new password of its user: once, and within an hour. Only its digest is stored.

    ``account_digest`` stands for the password and the address of the account: with others, the link does not work.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    account_digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="password_reset_works_for_a_time"),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(used_at__lte=F("expires_at")), name="password_reset_is_used_in_time"
            ),
        ]

    def __str__(self) -> str:
        return f"of user {self.user_id}"

    @classmethod
    def make(cls, user: User) -> str:
        """Make a link for a user, and return its secret."""
        secret = new_secret()
        digests = {"digest": digest_of(secret), "account_digest": _digest(user)}
        cls.objects.create(user=user, expires_at=Now() + LIFETIME, **digests)
        return secret

    @classmethod
    def of(cls, secret: str) -> Self | None:
        """Return the link with this secret, with its user, whether it works or not."""
        return cls.objects.select_related("user").filter(digest=digest_of(secret)).first()

    @classmethod
    def expired(cls) -> QuerySet[Self]:
        """Return those that have not worked for a day, and so are of no use to whoever opens them either."""
        return cls.objects.filter(expires_at__lt=Now() - timedelta(days=1))

    def works(self) -> bool:
        """Return whether the link would work now."""
        is_valid = type(self).objects.filter(pk=self.pk, used_at=None, expires_at__gt=Now()).exists()
        return is_valid and self.user.is_active and self.account_digest == _digest(self.user)

    @transaction.atomic
    def use(self, password: str) -> None:
        """Set a new password, which ends all sign-ins. Raise ``NotFound`` if the link does not work, or no longer.

        Of two who use it at once, the second waits for the account and finds another password.
        """
        self.user = User.objects.select_for_update().get(pk=self.user_id)
        usable = type(self).objects.filter(pk=self.pk, used_at=None, expires_at__gt=Now())
        if not (self.works() and usable.update(used_at=Now())):
            raise NotFound("This link no longer works.")
        with acting(self.user, How.LINK):
            self.user.set_password(password)
            self.user.save(update_fields=["password"])
        AccessEvent.objects.record_member(
            Kind.PASSWORD_RESET,
            actor=self.user,
            how=How.LINK,
            member_id=self.user.pk,
            member_name=self.user.get_username(),
        )


def _digest(user: User) -> str:
    return hashlib.sha256(f"{user.password}\0{user.email.lower()}".encode()).hexdigest()


TRIGGERS = [
    Trigger(
        name="password_reset_is_used_once",
        table="chat_passwordreset",
        event="UPDATE",
        condition="OLD.used_at IS NOT NULL",
        message="a link that was used does not change",
    ),
]
