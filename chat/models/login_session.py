"""The login of a browser or a program: what the queue and the one-stream rule belong to."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class LoginSession(models.Model):
    """One login of one user in one browser, from sign-in to sign-out; or by one API token, until it is revoked.

    Its uuid is kept in the Django session of the browser. The session key is never stored here: it is a secret, and
    Django changes it while the login stays the same.
    """

    SESSION_KEY = "login_session"

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="login_sessions")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return str(self.uuid)

    @classmethod
    def over(cls, named: Collection[str]) -> list[LoginSession]:
        """Those that nothing belongs to any more: no turn, no browser, and no API token that works.

        ``named`` are the uuids that Django's live sessions name. One that was begun within a day is left alone: its
        session may not be saved yet.
        """
        empty = cls.objects.filter(turns=None)
        idle = Q(created_at__lt=Now() - timedelta(days=1), api_token=None)
        old = empty.filter(Q(ended_at__isnull=False) | idle)
        return [login for login in old.order_by("pk") if login.ended_at or str(login.uuid) not in named]

    @classmethod
    def of(cls, session: Any, user_id: int) -> LoginSession | None:
        """The live login session named in a Django session, or None when it has ended or is not this user's."""
        name = session.get(cls.SESSION_KEY)
        return cls.objects.filter(uuid=name, user_id=user_id, ended_at=None).first() if name else None

    def end(self) -> None:
        """Sign out: what is queued is cancelled, what streams is asked to stop, and no socket answers any more."""
        type(self).objects.filter(pk=self.pk, ended_at=None).update(ended_at=Now())
        self.turns.end(None)
