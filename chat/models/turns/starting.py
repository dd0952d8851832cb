"""Starting queued turns: which may start is decided, and they are started, in one statement for all of them."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from ..login_session import PASSWORD_DIGEST
from ..prepared_cursor import prepared_cursor
from .lease import LEASE
from .rows import NOW
from .state import Phase, State

LIMIT = 50
"""The most turns that one claim starts."""

_WAITING = f"""
    SELECT turn.id, turn.user_id, ROW_NUMBER() OVER (PARTITION BY turn.user_id ORDER BY turn.id) AS place
    FROM chat_turn AS turn
    JOIN chat_loginsession AS login ON login.id = turn.login_session_id AND login.ended_at IS NULL
    JOIN auth_user ON auth_user.id = turn.user_id AND auth_user.is_active
        AND login.password_digest IN ('', {{digest}})
    WHERE turn.state = '{State.QUEUED}'
        AND NOT EXISTS (
            SELECT 1 FROM chat_turn AS older
            WHERE older.state = '{State.QUEUED}' AND older.id < turn.id
                AND (older.login_session_id = turn.login_session_id OR older.conversation_id = turn.conversation_id)
        )
        AND NOT EXISTS (
            SELECT 1 FROM chat_turn AS running
            WHERE running.state = '{State.STREAMING}'
                AND (running.login_session_id = turn.login_session_id OR running.conversation_id = turn.conversation_id)
        )
"""  # noqa: S608  # our own constants
"""The queued turns of live sign-ins before which nothing waits or streams in their login session or conversation, each
with its place among those of its user."""
_STARTABLE = f"""
    SELECT waiting.id FROM ({_WAITING}) AS waiting
    WHERE waiting.place + (
        SELECT COUNT(*) FROM chat_turn AS running
        WHERE running.user_id = waiting.user_id AND running.state = '{State.STREAMING}'
    ) <= %s
    ORDER BY waiting.id LIMIT {LIMIT}
"""  # noqa: S608
_IS_ANY_QUEUED = f"SELECT 1 FROM chat_turn WHERE state = '{State.QUEUED}' LIMIT 1"  # noqa: S608
_START = f"""
    UPDATE chat_turn SET state = '{State.STREAMING}', phase = '{Phase.RETRIEVING}', owner = %s, fence = fence + 1,
        lease_expires_at = {{lease}}, started_at = {{now}}
    WHERE id IN ({_STARTABLE}) AND state = '{State.QUEUED}'
    RETURNING id
"""  # noqa: S608
_LOCK = f"""
    SELECT 1 FROM auth_user
    WHERE id IN (SELECT user_id FROM chat_turn WHERE state = '{State.QUEUED}') ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608
_SECONDS = LEASE.total_seconds()
LEASED = {
    "sqlite": f"STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', '+{_SECONDS:g} seconds')",
    "postgresql": f"STATEMENT_TIMESTAMP() + INTERVAL '{_SECONDS:g} seconds'",
}
"""The end of a lease that begins now, in SQL, by the kind of database."""


def is_any_queued() -> bool:
    """Return whether any turn waits, which is rare."""
    with prepared_cursor() as cursor:
        cursor.execute(_IS_ANY_QUEUED)
        return cursor.fetchone() is not None


def start(owner: str) -> list[int]:
    """Start the turns that may start for ``owner``, at most ``LIMIT``, and return their ids, oldest first."""
    kind = connection.vendor
    if not is_any_queued():
        return []  # the usual case, without a transaction that writes
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if kind == "postgresql":
                cursor.execute(_LOCK)  # else two claims at once could exceed the limit of a user's streams
            sql = _START.format(lease=LEASED[kind], now=NOW[kind], digest=PASSWORD_DIGEST[kind])
            cursor.execute(sql, [owner, settings.CHAT_STREAMS_PER_USER])
            return sorted(pk for (pk,) in cursor.fetchall())
    except IntegrityError:
        return []  # a turn of the same login session or conversation was started first: the next claim sees it
