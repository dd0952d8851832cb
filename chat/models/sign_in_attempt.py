"""Failed sign-ins, counted so that passwords cannot be guessed by trying."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import models
from django.db.models.functions import Now

ATTEMPTS = 5
WINDOW = timedelta(minutes=15)


class SignInAttempt(models.Model):
    """One failed attempt with a user name from an address. Known and unknown names are counted alike."""

    key = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.key

    @classmethod
    def blocked_until(cls, username: str, address: str) -> datetime | None:
        """When the next attempt may be made, after 5 that failed within 15 minutes; None when it may be made now."""
        recent = cls.objects.filter(key=_key(username, address), at__gt=Now() - WINDOW).order_by("-at")
        times = list(recent.values_list("at", flat=True)[:ATTEMPTS])
        return times[-1] + WINDOW if len(times) == ATTEMPTS else None

    @classmethod
    def failed(cls, username: str, address: str) -> None:
        """Count a failed attempt; those that no longer matter are removed on the way."""
        cls.past().delete()
        cls.objects.create(key=_key(username, address))

    @classmethod
    def past(cls) -> models.QuerySet[SignInAttempt]:
        """Those that no longer matter."""
        return cls.objects.filter(at__lt=Now() - WINDOW)

    @classmethod
    def succeeded(cls, username: str, address: str) -> None:
        """Forget the attempts that came before a successful one."""
        cls.objects.filter(key=_key(username, address)).delete()


def _key(username: str, address: str) -> str:
    return hashlib.sha256(f"{username.casefold()}\0{address}".encode("utf-8", "replace")).hexdigest()
