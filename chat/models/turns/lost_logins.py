"""The sign-ins that no longer count while turns of theirs wait or stream, found by one statement for all of them."""

from __future__ import annotations

from django.db import connection

from ..login_session import PASSWORD_DIGEST, LoginSession
from ..prepared_cursor import prepared_cursor
from .state import ACTIVE

_ACTIVE = " UNION ".join(f"SELECT login_session_id FROM chat_turn WHERE state = '{state}'" for state in ACTIVE)  # noqa: S608
_LOST = f"""
    SELECT login.id FROM ({_ACTIVE}) AS active
    JOIN chat_loginsession AS login ON login.id = active.login_session_id
    JOIN auth_user ON auth_user.id = login.user_id
    WHERE login.ended_at IS NOT NULL OR NOT auth_user.is_active
        OR login.password_digest NOT IN ('', {{digest}})
    ORDER BY login.id
"""  # noqa: S608  # our own constants
"""As ``LoginSession.is_good`` decides; one state after the other, for each of which there is an index."""


def lost_logins() -> list[LoginSession]:
    """Return them, whatever ended them; nearly always there is none."""
    with prepared_cursor() as cursor:
        cursor.execute(_LOST.format(digest=PASSWORD_DIGEST[connection.vendor]))
        keys = [key for (key,) in cursor.fetchall()]
    return list(LoginSession.objects.filter(pk__in=keys).order_by("pk")) if keys else []
