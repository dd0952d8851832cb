"""Failed sign-ins, counted so that passwords cannot be guessed by trying."""

from __future__ import annotations

import hashlib
from datetime import timedelta

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
    def too_many(cls, username: str, address: str) -> bool:
        """Whether 5 attempts failed within 15 minutes."""
        return cls.objects.filter(key=_key(username, address), at__gt=Now() - WINDOW).count() >= ATTEMPTS

    @classmethod
    def failed(cls, username: str, address: str) -> None:
        """Count a failed attempt; those that no longer matter are removed on the way."""
        cls.objects.filter(at__lt=Now() - WINDOW).delete()
        cls.objects.create(key=_key(username, address))

    @classmethod
    def succeeded(cls, username: str, address: str) -> None:
        """Forget the attempts that came before a successful one."""
        cls.objects.filter(key=_key(username, address)).delete()


def _key(username: str, address: str) -> str:
    return hashlib.sha256(f"{username.casefold()}\0{address}".encode("utf-8", "replace")).hexdigest()
