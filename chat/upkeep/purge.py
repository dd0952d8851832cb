"""The purge: removes conversations that were deleted or idle for too long, recordings that are too old for their
collection, traces of old sign-ins, exports, and files of audio without a recording.

It works in small transactions, each of which leaves the database consistent. So a purge may be killed at any moment,
run twice, or run beside other purges and a serving site.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from ..models import (
    TERMINAL,
    Conversation,
    DataExport,
    FirstRunLink,
    Held,
    Invitation,
    Job,
    LoginSession,
    PasswordReset,
    Retention,
    SignInAttempt,
    Turn,
    Upload,
    refuse_if_held,
    removals,
)
from ..models.conversation import ConversationQuerySet
from ..recordings.removal import remove
from ..uploads import sweeping as uploads
from . import orphans

T = TypeVar("T")

BATCH = 50
"""Rows in one transaction; SQLite has a single writer, and answers being streamed must not wait."""
MERGE_PAGES = 500
"""Pages of the full text that are merged in one transaction."""
CHECKPOINT_SECONDS = 5.0
"""The longest wait for the readers of SQLite's write-ahead log."""
CHECKPOINT_PAUSE_SECONDS = 0.1
"""The longest wait at a time: meanwhile nobody can write."""


@dataclass
class Tally:
    """How many rows of each kind were removed, or would be."""

    conversations: int = 0
    turns: int = 0
    login_sessions: int = 0
    sessions: int = 0
    attempts: int = 0
    links: int = 0
    recordings: int = 0
    held: int = 0
    """Conversations that stay because a legal hold keeps them."""
    uploads: int = 0
    """Files that were not sent to their end."""
    files: int | None = 0
    """Files of audio; None if the storage did not answer."""

    def __str__(self) -> str:
        held = f"; {self.held} conversations stay under legal holds" if self.held else ""
        files = (
            "no files of audio, because their storage does not answer"
            if self.files is None
            else f"{self.files} files of audio that no recording names"
        )
        return (
            f"{self.conversations} conversations with {self.turns} turns, {self.login_sessions} login sessions,"
            f" {self.sessions} expired sessions, {self.attempts} old sign-in attempts,"
            f" {self.links} old links to come in by, {self.recordings} recordings,"
            f" {self.uploads} files that were not sent to their end, {files}{held}"
        )


def preview() -> Tally:
    """Count what ``purge`` would remove now."""
    conversations = _due().free()
    return Tally(
        conversations=conversations.count(),
        turns=Turn.objects.filter(conversation__in=conversations).count(),
        login_sessions=len(LoginSession.removable(_login_sessions_in_use())),
        sessions=_expired().count(),
        attempts=SignInAttempt.expired().count(),
        links=sum(links.count() for links in _links()),
        recordings=sum(removal.recordings for removal in removals()),
        held=_due().held().count(),
        uploads=Upload.objects.abandoned(settings.UPLOAD_KEPT_DAYS).count(),
        files=orphans.count(),
    )


def purge(
    progress: Callable[[], object] = lambda: None, rest: Callable[[], object] = lambda: None, *, by_hand: bool = False
) -> Tally:
    """Remove old data for good, and return what this process has removed.

    This includes login sessions that only a removed conversation belonged to. Call ``progress`` after each
    conversation, and ``rest`` before each transaction: it may wait, or raise to end the purge there.
    ``by_hand`` also sweeps files of audio when they are suspiciously many.
    """
    tally = Tally()
    tally.recordings = _remove_recordings(rest)
    _discard_idle(rest)
    for conversation in list(Conversation.objects.removable().free().order_by("pk")):
        with suppress(Held):  # placed meanwhile
            tally.turns += _remove_turns(conversation, rest)
            rest()
            tally.conversations += _remove(conversation)
        progress()
    merge_full_text("chat_turnfulltext", rest)  # always: an earlier purge may have been killed before it
    tally.sessions = _delete(_expired(), rest)
    unused = LoginSession.removable(_login_sessions_in_use())
    tally.login_sessions = sum(map(_remove_login_sessions, _batches(unused, rest)))
    tally.attempts = _delete(SignInAttempt.expired(), rest)
    tally.links = sum(_delete(links, rest) for links in _links())
    _delete(DataExport.objects.expired(), rest)
    tally.uploads = uploads.sweep(rest)
    _delete(Job.objects.expired(), rest)
    tally.files = orphans.sweep(rest, however_many=by_hand)
    tally.held = _due().held().count()
    return tally


def empty_log() -> bool:
    """Move SQLite's write-ahead log into the database and truncate it, because it still contains removed data.

    Return False if readers have kept it busy; a later call can empty it. Other databases have no such file.
    """
    if connection.vendor != "sqlite":
        return True
    deadline = time.monotonic() + CHECKPOINT_SECONDS
    while True:
        is_busy = not _checkpoint()
        if not is_busy or time.monotonic() > deadline:
            return not is_busy
        time.sleep(CHECKPOINT_PAUSE_SECONDS)


def rewrite() -> None:
    """Rewrite SQLite's database file without the space of removed rows. This needs as much disk space again."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")


def _checkpoint() -> bool:
    """Return whether the log was emptied. While it waits for readers, nobody can write: so let it wait but shortly."""
    with connection.cursor() as cursor:
        [timeout] = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {CHECKPOINT_PAUSE_SECONDS * 1000:.0f}")
        try:
            [is_busy, *_] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {timeout}")
    return not is_busy


# Conversations


def _idle() -> ConversationQuerySet:
    """Return what had no question for too long: for the site, or for a collection that it quotes."""
    days = settings.CHAT_RETENTION_DAYS
    idle = Conversation.objects.idle(days) if days else Conversation.objects.none()
    for retention in Retention.objects.exclude(conversation_days=None):
        idle |= retention.conversations_due()
    return idle


def _due() -> ConversationQuerySet:
    """Return what would be removed if no legal hold kept some of it."""
    return Conversation.objects.removable() | _idle()


def _discard_idle(rest: Callable[[], object]) -> None:
    """Mark idle conversations as deleted first, so that nobody sees one with half of its turns."""
    for keys in _batches(list(_idle().free().values_list("pk", flat=True)), rest):
        _idle().free().filter(pk__in=keys).update(deleted_at=Now())


def _remove_turns(conversation: Conversation, rest: Callable[[], object]) -> int:
    removed = 0
    for keys in _batches(list(conversation.turns.filter(state__in=TERMINAL).values_list("pk", flat=True)), rest):
        with transaction.atomic():
            refuse_if_held(Conversation.objects.filter(pk=conversation.pk))
            removed += Turn.objects.filter(pk__in=keys).delete()[1].get("chat.Turn", 0)
    return removed


def _remove(conversation: Conversation) -> int:
    """Return 1; or 0 if a turn was added after all, or another process has removed the conversation first."""
    try:
        with transaction.atomic():
            return Conversation.objects.filter(pk=conversation.pk, turns=None).delete()[1].get("chat.Conversation", 0)
    except IntegrityError:
        return 0


def merge_full_text(table: str, rest: Callable[[], object]) -> None:
    """Merge the parts of a full text of SQLite: until then, it only notes which of its words no longer count."""
    if connection.vendor != "sqlite":
        return
    pages, is_changed = -MERGE_PAGES, True  # the first, negative number makes one part of all
    while is_changed:
        rest()
        with connection.cursor() as cursor:
            cursor.execute("SELECT total_changes()")
            before = cursor.fetchone()[0]
            cursor.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', %s)", [pages])  # noqa: S608
            cursor.execute("SELECT total_changes()")
            is_changed = cursor.fetchone()[0] - before >= 2  # the statement itself counts as one
        pages = MERGE_PAGES


# Recordings


def _remove_recordings(rest: Callable[[], object]) -> int:
    """Remove what is too old for its collection, each recording in a transaction of its own."""
    removed = 0
    for retention in Retention.objects.exclude(recording_days=None):
        with suppress(Held):  # which keeps all of the collection
            for key in list(retention.recordings_due().order_by("pk").values_list("pk", flat=True)):
                rest()
                removed += remove(retention.recordings_due().filter(pk=key))
    return removed


# Sign-ins


def _expired() -> models.QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=timezone.now())


def _links() -> list[models.QuerySet[Any]]:
    """Return the invitations and other links that nobody can use any more, and that their pages need not explain."""
    return [Invitation.objects.removable(), PasswordReset.expired(), FirstRunLink.expired()]


def _login_sessions_in_use() -> set[str]:
    """Return the uuids of the login sessions that live Django sessions name."""
    live = Session.objects.filter(expire_date__gte=timezone.now())
    return {str(session.get_decoded().get(LoginSession.SESSION_KEY)) for session in live.iterator()}


def _remove_login_sessions(logins: list[LoginSession]) -> int:
    with transaction.atomic():
        # Asking locks the login session first, so none of these can get a turn now.
        locked = list(LoginSession.objects.select_for_update().filter(pk__in=[login.pk for login in logins]))
        empty = LoginSession.objects.filter(pk__in=[login.pk for login in locked], turns=None)
        return empty.delete()[1].get("chat.LoginSession", 0)  # not counting their revoked tokens


# Batches


def _delete(rows: models.QuerySet[Any], rest: Callable[[], object]) -> int:
    """Delete rows, and return how many, not counting those that go with them."""
    batches = _batches(list(rows.values_list("pk", flat=True)), rest)
    label = rows.model._meta.label  # noqa: SLF001  # documented
    return sum(rows.filter(pk__in=keys).delete()[1].get(label, 0) for keys in batches)


def _batches(items: Iterable[T], rest: Callable[[], object]) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        rest()
        yield batch
