"""Whether whoever opened a socket is still signed in."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user

from ..models import LoginSession


def live_login(session_key: str | None) -> LoginSession | None:
    """The live login session behind a Django session, with its user, or None.

    Everything is read anew: the session may have ended or expired, its user been deactivated, or the password changed.
    """
    engine = import_module(settings.SESSION_ENGINE)
    session = engine.SessionStore(session_key)
    # Django's own check of session, user and password; it asks for nothing of a request but its session.
    request: Any = SimpleNamespace(session=session)
    user = get_user(request)
    if user.pk is None or not user.is_active:
        return None
    login = LoginSession.of(session, user.pk)
    if login:
        login.user = user
    return login
