"""Users whom a trusted proxy has signed in, by Django's own mechanism for that.

Django's middleware finds the name in ``request.META``: on its synchronous path under ``header``, on its asynchronous
one under ``HTTP_`` and ``header``, where every client can put one. Here the name stands under a key that no header
can have, and comes from ``chatsite.trusted_proxy`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import RemoteUserBackend
from django.contrib.auth.middleware import RemoteUserMiddleware
from django.contrib.auth.models import User
from django.http import HttpRequest

from ..forwarded import Forwarded


class ForwardedUserMiddleware(RemoteUserMiddleware):
    """Signs in whom the proxy names, and out whoever else the session belonged to; without a name, everyone."""

    header = "forwarded user"

    def __call__(self, request: HttpRequest) -> Any:
        """Tell Django's middleware who it is."""
        user = forwarded(request).user
        if user:
            request.META |= {self.header: user, f"HTTP_{self.header}": user}
        return super().__call__(request)


class ForwardedUserBackend(RemoteUserBackend):
    """Makes a user without a password for each name that is new.

    Who is staff stands in the settings or in the database; what the settings say is stored nowhere, so that it ends
    when it is taken out of them.
    """

    def clean_username(self, username: str) -> str:
        """An address is the same in capitals."""
        return User.normalize_username(username).lower()

    def configure_user(self, request: HttpRequest | None, user: Any, created: bool = True) -> Any:
        """Keep address and name as the proxy tells them."""
        told = forwarded(request)
        known = {"email": (told.email or user.email).lower(), "first_name": told.name or user.first_name}
        if created:
            user.set_unusable_password()
        if created or known != {"email": user.email, "first_name": user.first_name}:
            user.email, user.first_name = known["email"], known["first_name"]
            user.save(update_fields=["password", "email", "first_name"])
        return _promoted(user)

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session, if it may come in."""
        user = super().get_user(user_id)
        return _promoted(user) if isinstance(user, User) else None

    async def aget_user(self, user_id: Any) -> User | None:
        """The same; Django's own does not go by way of ``get_user``."""
        user = await super().aget_user(user_id)
        return _promoted(user) if isinstance(user, User) else None


def forwarded(request: HttpRequest | None) -> Forwarded:
    """What the proxy said about a request; nothing where none is trusted, and of a request that came no such way."""
    return getattr(request, "scope", {}).get("forwarded") or Forwarded()


def is_of(scope: Mapping[str, Any], user: User) -> bool:
    """Whether a socket is opened by this user, as far as the proxy says something about that."""
    told: Forwarded | None = scope.get("forwarded")
    return told is None or ForwardedUserBackend().clean_username(told.user) == user.username


def _promoted(user: User) -> User:
    is_admin = bool(user.email) and user.email in settings.ADMIN_EMAILS
    user.is_superuser = user.is_superuser or is_admin
    user.is_staff = user.is_staff or is_admin or (bool(user.email) and user.email in settings.STAFF_EMAILS)
    return user
