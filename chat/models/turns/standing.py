"""What counts when a login session asks: read, and locked, in one statement where the database allows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import UUIDField

from ..daily_use import is_set_by_site
from ..login_session import PASSWORD_DIGEST, LoginSession, SignIn
from ..prepared_cursor import prepared_cursor
from .rows import NOW
from .state import State

_QUEUED, _STREAMING = (f"state = '{state}'" for state in (State.QUEUED, State.STREAMING))  # as in the partial indexes
_OF_USER = """
    SELECT COUNT(*) FROM chat_loginsession AS other JOIN chat_turn ON chat_turn.login_session_id = other.id
    WHERE other.user_id = login.user_id AND """
_READ = f"""
    SELECT auth_user.is_active AND login.password_digest IN ('', {{digest}}),
        (SELECT id FROM chat_turn WHERE user_id = login.user_id AND request_id = %s),
        (SELECT COUNT(*) FROM chat_turn WHERE login_session_id = login.id AND {_QUEUED}),
        (SELECT COUNT(*) FROM chat_turn WHERE login_session_id = login.id AND {_STREAMING}),
        (SELECT COUNT(*) FROM chat_turn WHERE user_id = login.user_id AND created_at > {{minute_ago}}),
        ({_OF_USER} {_QUEUED}) + ({_OF_USER} {_STREAMING}),
        EXISTS (SELECT 1 FROM chat_groupbudget)
    FROM chat_loginsession AS login JOIN auth_user ON auth_user.id = login.user_id
    WHERE login.id = %s AND login.ended_at IS NULL
"""  # noqa: S608  # our own constants
_SIGNED_IN = """
    AND auth_user.is_active AND auth_user.password = %s
    AND EXISTS (SELECT 1 FROM django_session WHERE session_key = %s AND expire_date > {now})
"""
_MINUTE_AGO = {
    "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', '-1 minute')",
    "postgresql": "STATEMENT_TIMESTAMP() - INTERVAL '1 minute'",
}
# The login session, so that its questions are counted, refused and numbered one at a time; and the user, as a claim
# does, so that they never stream more than their limit. On SQLite a transaction is alone from its start.
_LOCK = """
    SELECT 1 FROM chat_loginsession AS login JOIN auth_user ON auth_user.id = login.user_id
    WHERE login.id = %s FOR UPDATE OF login FOR NO KEY UPDATE OF auth_user
"""
# The sum keeps SQLite from reading all turns of the conversation by index, to see which of them wait.
_IS_BUSY = f"""
    SELECT EXISTS (SELECT 1 FROM chat_turn WHERE conversation_id = %s AND {_STREAMING})
        OR EXISTS (SELECT 1 FROM chat_turn WHERE conversation_id + 0 = %s AND {_QUEUED})
"""  # noqa: S608


@dataclass(frozen=True)
class Standing:
    """A login session that is signed in, at the moment in which it asks.

    ``is_good`` is whether it may start a turn; ``turn_id`` is the turn that the same request has made before.
    ``queued`` and ``streaming`` count its turns, ``last_minute`` and ``active`` those of its user. Groups may have
    budgets, of which this user need not have one.
    """

    is_good: bool
    turn_id: int | None
    queued: int
    streaming: int
    last_minute: int
    active: int
    groups_have_budgets: bool

    @property
    def may_start(self) -> bool:
        """Whether its next turn may start at once, as far as the turns of its user are concerned."""
        is_free = not (self.queued or self.streaming) and self.active < settings.CHAT_STREAMS_PER_USER
        return bool(self.is_good) and is_free

    @property
    def is_counted(self) -> bool:
        """Whether its next question has to be counted: without any budget, none is."""
        return is_set_by_site() or bool(self.groups_have_budgets)


def standing(login_session: LoginSession, request_id: UUID, sign_in: SignIn | None) -> Standing | None:
    """Lock a login session until the transaction ends, and return its standing; None if it has been signed out.

    With a ``sign_in`` it is that, too, if its user is inactive, has another password, or Django's session has ended.
    """
    kind = connection.vendor
    request = _REQUEST.get_db_prep_value(request_id, connection)
    signed_in = [sign_in.password, sign_in.session_key] if sign_in else []
    with prepared_cursor() as cursor:
        if kind == "postgresql":
            cursor.execute(_LOCK, [login_session.pk])  # apart: the counts must be of the time after waiting
        cursor.execute(_read(kind, has_sign_in=bool(sign_in)), [request, login_session.pk, *signed_in])
        row = cursor.fetchone()
    return Standing(*row) if row else None


def is_busy(conversation_id: int) -> bool:
    """Return whether a turn waits or streams in a conversation."""
    with prepared_cursor() as cursor:
        cursor.execute(_IS_BUSY, [conversation_id, conversation_id])
        return bool(cursor.fetchone()[0])


_REQUEST: UUIDField[UUID, UUID] = UUIDField()


@cache
def _read(kind: str, *, has_sign_in: bool) -> str:
    read = _READ + _SIGNED_IN if has_sign_in else _READ
    return read.format(digest=PASSWORD_DIGEST[kind], minute_ago=_MINUTE_AGO[kind], now=NOW[kind])
