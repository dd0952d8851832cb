"""The login of a browser or a program, which has one queue and at most one streaming turn."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import OperationalError, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from typing_extensions import override

from .prepared import Prepared

SEEN_NOTED_EVERY = timedelta(minutes=5)
AGENT_LIMIT = 300
"""Characters that are kept of what a browser says of itself."""
PASSWORD_DIGEST = {
    "sqlite": "SHA256(auth_user.password)",  # a function of Django
    "postgresql": "ENCODE(SHA256(CONVERT_TO(auth_user.password, 'UTF8')), 'hex')",
}
"""The digest of a user's password in SQL, by the kind of database."""


class LoginSession(models.Model):
    """One login of one user: in one browser, from sign-in to sign-out, or by one API token, until it is revoked.

    The Django session of the browser holds its uuid. The session key is never stored here: it is a secret, and Django
    changes it while the login stays the same. ``password_digest`` is the SHA-256 of what Django stores of the user's
    password, which is salted: a login does not outlive it. ``agent`` is what the browser says of itself, and
    ``seen_at`` when it last opened a page, to a few minutes; None if that was before this was stored.
    """

    SESSION_KEY = "login_session"

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="login_sessions")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    password_digest = models.CharField(max_length=64, default="", editable=False)
    agent = models.CharField(max_length=AGENT_LIMIT, blank=True, default="", db_default="", editable=False)
    seen_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    def __str__(self) -> str:
        return str(self.uuid)

    @override
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the login; a new one is bound to the password that its user has now."""
        if self._state.adding and not self.password_digest:
            self.password_digest = _digest(self.user)
        super().save(*args, **kwargs)

    @classmethod
    def removable(cls, in_use: Collection[str]) -> list[LoginSession]:
        """Return the login sessions that nothing uses any more: no turn, no browser and no valid API token.

        ``in_use`` are the uuids that Django's live sessions hold. A login that began within a day and has not ended is
        left out: its session may not be saved yet.
        """
        empty = cls.objects.filter(turns=None)
        idle = Q(created_at__lt=Now() - timedelta(days=1), api_token=None)
        candidates = empty.filter(Q(ended_at__isnull=False) | idle)
        return [login for login in candidates.order_by("pk") if login.ended_at or str(login.uuid) not in in_use]

    @classmethod
    def of(cls, session: Any, user_id: int) -> LoginSession | None:
        """Return the live login session that a Django session names; None if it has ended or is not this user's.

        It comes with its user, and with what the user prefers.
        """
        name = session.get(cls.SESSION_KEY)
        return _live.first(uuid=name, user=user_id) if name else None

    def is_good(self, user: Any) -> bool:
        """Return whether the login still counts, for its ``user`` as the database has them now.

        It does not if it has ended, or if the user was deactivated or got another password in whatever way. Logins
        from before this was stored are bound to no password.
        """
        is_same = self.password_digest in ("", _digest(user))
        return bool(self.ended_at is None and user.is_active and is_same)

    def bind(self, user: Any) -> None:
        """Let the login count although the stored password of its ``user`` is another one now."""
        self.password_digest = _digest(user)
        self.save(update_fields=["password_digest"])

    def note_use(self, agent: str) -> None:
        """Store that a browser, which says this of itself, uses the login; at most once in five minutes.

        If that is impossible at the moment, the page is shown all the same.
        """
        agent = agent[:AGENT_LIMIT]
        is_recent = self.seen_at is not None and self.seen_at > timezone.now() - SEEN_NOTED_EVERY
        if not is_recent or self.agent != agent:
            self.agent = agent
            with suppress(OperationalError):
                type(self).objects.filter(pk=self.pk).update(agent=agent, seen_at=Now())

    def end(self) -> None:
        """Sign out: end the login for all its sockets, cancel its queued turns, and ask a streaming one to stop."""
        type(self).objects.filter(pk=self.pk, ended_at=None).update(ended_at=Now())
        self.turns.end(None)


class SignIn(NamedTuple):
    """What a socket has signed in with, which the sockets of one browser share: it counts as long as all of it does."""

    login: int
    """The login session."""
    password: str
    """The hashed password of its user at the time."""
    session_key: str | None
    """Django's session of the browser; None for an API token."""

    @classmethod
    def of(cls, login: LoginSession, session_key: str | None) -> SignIn:
        """Return the sign-in of a login session, whose user has been read."""
        return cls(login.pk, login.user.password, session_key)


_live = Prepared(
    lambda uuid, user: LoginSession.objects.filter(uuid=uuid, user_id=user, ended_at=None).select_related(
        "user__preference"
    ),
    uuid=models.UUIDField(),
    user=models.BigIntegerField(),
)


def _digest(user: Any) -> str:
    return hashlib.sha256(user.password.encode()).hexdigest()
