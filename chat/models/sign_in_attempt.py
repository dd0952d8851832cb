"""Failed sign-ins, counted against the guessing of passwords."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Self

from django.db import connection, models, transaction
from django.db.models.functions import Now

ATTEMPTS = 5
"""How many failures with one name from one address within ``WINDOW``."""
ADDRESS_ATTEMPTS = 50
"""How many with any names from one address: an office may share one."""
WINDOW = timedelta(minutes=15)


class SignInAttempt(models.Model):
    """A failed attempt with a user name from an address. Existing and unknown names are counted alike.

    ``key`` stands for both, ``address_key`` for the address.
    """

    key = models.CharField(max_length=64, db_index=True)
    address_key = models.CharField(max_length=64, db_index=True, default="")
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.key

    @classmethod
    def begin(cls, username: str, address: str) -> datetime | None:
        """Count an attempt as failed until it succeeds; if there were too many, return when the next is allowed."""
        key, address_key = _key(username, address), _key(address)
        with transaction.atomic():
            _count_alone(address_key)
            by_address = cls._blocked_until(ADDRESS_ATTEMPTS, address_key=address_key)
            until = _later(cls._blocked_until(ATTEMPTS, key=key), by_address)
            if not until:
                cls.expired().filter(address_key=address_key).delete()
                cls.objects.create(key=key, address_key=address_key)
        return until

    @classmethod
    def expired(cls) -> models.QuerySet[Self]:
        """Return the attempts that no longer count."""
        return cls.objects.filter(at__lt=Now() - WINDOW)

    @classmethod
    def record_success(cls, username: str, address: str) -> None:
        """Delete the failed attempts before a successful one."""
        cls.objects.filter(key=_key(username, address)).delete()

    @classmethod
    def _blocked_until(cls, limit: int, **key: str) -> datetime | None:
        """Return when the next attempt with a key is allowed; None if it is allowed now."""
        recent = cls.objects.filter(at__gt=Now() - WINDOW, **key).order_by("-at")
        times = list(recent.values_list("at", flat=True)[:limit])
        return times[-1] + WINDOW if len(times) == limit else None


def _later(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time), default=None)


def _count_alone(address_key: str) -> None:
    """Let the other transactions that count attempts from this address wait, in whatever process.

    On SQLite every transaction is alone from its beginning. On PostgreSQL there may be no row yet that could be locked.
    """
    if connection.vendor == "postgresql":
        number = int.from_bytes(bytes.fromhex(address_key)[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _key(*parts: str) -> str:
    *name, address = parts
    text = "\0".join([*(part.casefold() for part in name), _network(address)])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _network(address: str) -> str:
    """Return the address, or the network in which it can be changed at will: a /64 of IPv6."""
    try:
        is_v6 = isinstance(ip_address(address), IPv6Address)
    except ValueError:
        return address
    return str(ip_network(f"{address}/64", strict=False)) if is_v6 else address
