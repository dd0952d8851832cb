"""Failed sign-ins, counted against the guessing of passwords."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import models
from django.db.models.functions import Now

ATTEMPTS = 5
WINDOW = timedelta(minutes=15)


class SignInAttempt(models.Model):
    """A failed attempt with a user name from an address. Existing and unknown names are counted alike."""

    key = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.key

    @classmethod
    def blocked_until(cls, username: str, address: str) -> datetime | None:
        """Return when the next attempt is allowed, after 5 failures within 15 minutes; None if it is allowed now."""
        recent = cls.objects.filter(key=_key(username, address), at__gt=Now() - WINDOW).order_by("-at")
        times = list(recent.values_list("at", flat=True)[:ATTEMPTS])
        return times[-1] + WINDOW if len(times) == ATTEMPTS else None

    @classmethod
    def record_failure(cls, username: str, address: str) -> None:
        """Store a failed attempt, and delete those that no longer count."""
        cls.expired().delete()
        cls.objects.create(key=_key(username, address))

    @classmethod
    def expired(cls) -> models.QuerySet[SignInAttempt]:
        """Return the attempts that no longer count."""
        return cls.objects.filter(at__lt=Now() - WINDOW)

    @classmethod
    def record_success(cls, username: str, address: str) -> None:
        """Delete the failed attempts before a successful one."""
        cls.objects.filter(key=_key(username, address)).delete()


def _key(username: str, address: str) -> str:
    return hashlib.sha256(f"{username.casefold()}\0{address}".encode("utf-8", "replace")).hexdigest()
