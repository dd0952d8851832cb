"""What is kept no longer: conversations that were deleted or have rested too long, and traces of old sign-ins.

Everything goes in small transactions, each of which leaves the rules intact. So a purge may be killed at any moment,
run twice, or run beside others and beside a site that serves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from ..models import TERMINAL, Conversation, LoginSession, SignInAttempt, Turn

T = TypeVar("T")

BATCH = 200
"""Rows in one transaction; SQLite has a single writer, and answers being streamed must not wait."""
CHECKPOINT_SECONDS = 5.0
"""How long to wait for the readers of SQLite's write-ahead log."""


@dataclass
class Tally:
    """How many of each kind went, or would go."""

    conversations: int = 0
    turns: int = 0
    login_sessions: int = 0
    sessions: int = 0
    attempts: int = 0

    def __str__(self) -> str:
        return (
            f"{self.conversations} conversations with {self.turns} turns, {self.login_sessions} login sessions,"
            f" {self.sessions} expired sessions, {self.attempts} old sign-in attempts"
        )


def preview() -> Tally:
    """What ``purge`` would remove now."""
    conversations = Conversation.objects.removable() | _idle()
    return Tally(
        conversations=conversations.count(),
        turns=Turn.objects.filter(conversation__in=conversations).count(),
        login_sessions=len(LoginSession.over(_named())),
        sessions=_expired().count(),
        attempts=SignInAttempt.past().count(),
    )


def purge(progress: Callable[[], object] = lambda: None) -> Tally:
    """Remove it for good; ``progress`` is called after each conversation. Returns what this process removed.

    Login sessions that only a removed conversation belonged to go with it.
    """
    tally = Tally()
    _discard_idle()
    for conversation in list(Conversation.objects.removable().order_by("pk")):
        tally.turns += _remove_turns(conversation)
        tally.conversations += _remove(conversation)
        progress()
    tally.sessions = _delete(_expired())
    tally.login_sessions = sum(map(_remove_login_sessions, _batches(LoginSession.over(_named()))))
    tally.attempts = _delete(SignInAttempt.past())
    return tally


def empty_log() -> bool:
    """Move SQLite's write-ahead log into the database and cut it to nothing, for it repeats what was removed.

    Returns False when readers have kept it busy; then the next time will do. Other databases have no such file.
    """
    if connection.vendor != "sqlite":
        return True
    give_up = time.monotonic() + CHECKPOINT_SECONDS
    while True:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy = bool(cursor.fetchone()[0])
        if not is_busy or time.monotonic() > give_up:
            return not is_busy
        time.sleep(0.1)


def rewrite() -> None:
    """Write SQLite's database file anew, without the room that removed rows have left. It needs as much again."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")


# Conversations


def _idle() -> models.QuerySet[Conversation]:
    days = settings.CHAT_RETENTION_DAYS
    return Conversation.objects.idle(days) if days else Conversation.objects.none()


def _discard_idle() -> None:
    """Marked as deleted first, a conversation is never seen with half of its turns."""
    for keys in _batches(list(_idle().values_list("pk", flat=True))):
        _idle().filter(pk__in=keys).update(deleted_at=Now())


def _remove_turns(conversation: Conversation) -> int:
    removed = 0
    for keys in _batches(list(conversation.turns.filter(state__in=TERMINAL).values_list("pk", flat=True))):
        with transaction.atomic():
            removed += Turn.objects.filter(pk__in=keys).delete()[1].get("chat.Turn", 0)
    return removed


def _remove(conversation: Conversation) -> int:
    """1, or 0 when a turn came in after all, or somebody else was faster."""
    try:
        with transaction.atomic():
            return Conversation.objects.filter(pk=conversation.pk, turns=None).delete()[0]
    except IntegrityError:
        return 0


# Sign-ins


def _expired() -> models.QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=timezone.now())


def _named() -> set[str]:
    """The login sessions that live Django sessions name."""
    live = Session.objects.filter(expire_date__gte=timezone.now())
    return {str(session.get_decoded().get(LoginSession.SESSION_KEY)) for session in live.iterator()}


def _remove_login_sessions(logins: list[LoginSession]) -> int:
    with transaction.atomic():
        # Whoever asks locks the login session first, so none of these gets a turn now.
        locked = list(LoginSession.objects.select_for_update().filter(pk__in=[login.pk for login in logins]))
        empty = LoginSession.objects.filter(pk__in=[login.pk for login in locked], turns=None)
        return empty.delete()[1].get("chat.LoginSession", 0)  # without the revoked tokens that went with them


# In small pieces


def _delete(rows: models.QuerySet[models.Model]) -> int:
    """Delete rows that nothing refers to."""
    batches = _batches(list(rows.values_list("pk", flat=True)))
    return sum(rows.filter(pk__in=keys).delete()[0] for keys in batches)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
