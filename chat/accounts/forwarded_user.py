"""Users whom a trusted proxy has signed in, through Django's own mechanism for remote users.

Django's middleware reads the name from ``request.META``: on its synchronous path under ``header``, on its asynchronous
one under ``HTTP_`` and ``header``, where every client can put one. Here the name has a key that no header can have, and
only ``chatsite.trusted_proxy`` sets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import RemoteUserBackend
from django.contrib.auth.middleware import RemoteUserMiddleware
from django.contrib.auth.models import User
from django.http import HttpRequest
from typing_extensions import override

from ..forwarded import Forwarded
from ..models import How, Kind, acting
from .account_events import record_account
from .reviewers import follow_setting_for


class ForwardedUserMiddleware(RemoteUserMiddleware):
    """Signs in the user whom the proxy names. Signs out any other user of the session; without a name, every user."""

    header = "forwarded user"

    def __call__(self, request: HttpRequest) -> Any:
        """Pass the user's name to Django's middleware."""
        user = forwarded(request).user
        if user:
            request.META |= {self.header: user, f"HTTP_{self.header}": user}
        return super().__call__(request)


class ForwardedUserBackend(RemoteUserBackend):
    """Creates a user without a password for each new name.

    The settings or the database say who is staff. What the settings say is never stored, so it ends when it is removed
    from them. Who may review is stored, as a membership that follows ``REVIEWER_EMAILS``.
    """

    @override
    def clean_username(self, username: str) -> str:
        """Return the name in lower case: addresses are the same in capitals."""
        return User.normalize_username(username).lower()

    @override
    def configure_user(self, request: HttpRequest | None, user: Any, created: bool = True) -> Any:
        """Store the email address and the name that the proxy sends."""
        sent = forwarded(request)
        current = {"email": (sent.email or user.email).lower(), "first_name": sent.name or user.first_name}
        if created:
            user.set_unusable_password()
        if created or current != {"email": user.email, "first_name": user.first_name}:
            user.email, user.first_name = current["email"], current["first_name"]
            user.save(update_fields=["password", "email", "first_name"])
        if created:
            with acting(None, How.PROXY):
                record_account(Kind.ACCOUNT_MADE, user)
        follow_setting_for(user)
        return _promoted(user)

    @override
    def get_user(self, user_id: Any) -> User | None:
        """Return the user of a session, with the rights that the settings give."""
        user = super().get_user(user_id)
        return _promoted(user) if isinstance(user, User) else None

    @override
    async def aget_user(self, user_id: Any) -> User | None:
        """Return the same: Django's own does not call ``get_user``."""
        user = await super().aget_user(user_id)
        return _promoted(user) if isinstance(user, User) else None


def forwarded(request: HttpRequest | None) -> Forwarded:
    """Return what the proxy sent with a request; nothing if no proxy is trusted or the request bypassed it."""
    return getattr(request, "scope", {}).get("forwarded") or Forwarded()


def is_allowed_by_proxy(scope: Mapping[str, Any], user: User) -> bool:
    """Return whether the trusted proxy names this user for a connection, or no proxy is trusted."""
    sent: Forwarded | None = scope.get("forwarded")
    return sent is None or ForwardedUserBackend().clean_username(sent.user) == user.username


def _promoted(user: User) -> User:
    is_admin = bool(user.email) and user.email in settings.ADMIN_EMAILS
    user.is_superuser = user.is_superuser or is_admin
    user.is_staff = user.is_staff or is_admin or (bool(user.email) and user.email in settings.STAFF_EMAILS)
    return user
