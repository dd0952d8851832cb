"""The links with which the first administrator of a site comes in."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from .access.acting import acting
from .access.event import AccessEvent
from .access.kinds import How, Kind
from .administrators import administrators
from .refusal import NotFound
from .secret import digest_of, new_secret

LIFETIME = timedelta(days=1)


class FirstRunLink(models.Model):
    """A link that makes whoever uses it the first administrator. It works while the site has none, and for a day.

    Each process that starts makes one, so several may work at the same time; the first use removes all of them.
    """

    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="first_run_link_works_for_a_time"),
        ]

    def __str__(self) -> str:
        return f"made {self.made_at}"

    @classmethod
    def make(cls) -> str:
        """Make a link, and return its secret. Return "" if the site has an administrator: then none would work."""
        if has_administrator():
            return ""
        cls.expired().delete()
        secret = new_secret()
        cls.objects.create(digest=digest_of(secret), expires_at=Now() + LIFETIME)
        return secret

    @classmethod
    def expired(cls) -> QuerySet[Self]:
        """Return those that are too old."""
        return cls.objects.filter(expires_at__lte=Now())

    @classmethod
    def works(cls, secret: str) -> bool:
        """Return whether a link with this secret would work now."""
        return not has_administrator() and cls.objects.filter(digest=digest_of(secret), expires_at__gt=Now()).exists()

    @classmethod
    @transaction.atomic
    def use(cls, secret: str, user: User) -> None:
        """Store a new user as the first administrator. Raise ``NotFound`` if the link does not work, or no longer.

        Whoever uses another link at the same moment waits here for its rows, and then finds an administrator.
        """
        list(cls.objects.select_for_update().order_by("pk"))
        if not cls.works(secret):
            raise NotFound("This link no longer works.")
        cls.objects.all().delete()
        user.is_staff = user.is_superuser = True
        with acting(user, How.LINK):
            user.save()
        AccessEvent.objects.record_member(
            Kind.FIRST_ADMINISTRATOR, actor=user, how=How.LINK, member_id=user.pk, member_name=user.get_username()
        )


def has_administrator() -> bool:
    """Return whether the site has an administrator."""
    return administrators().exists()
