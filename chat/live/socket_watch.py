"""A watch over every socket and stream of this process, which notices ended sign-ins and questions asked elsewhere.

One look serves them all: three queries, however many are open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Protocol

from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.utils import timezone

from ..database import in_database
from ..database.outage import UNAVAILABLE
from ..models import LoginSession, Turn
from ..turns.nudges import NEWS_TOPIC
from ..turns.runner import runner

LOOK_SECONDS = 4.0
"""Interval between looks when no nudge arrives."""
PAUSE_SECONDS = 0.05
"""Least time between two looks; nudges that arrive meanwhile share one look."""
REREAD_SECONDS = 30.0
"""How long to look for a turn after it was asked: turns are not committed in the order of their primary keys."""


class Watched(Protocol):
    """A socket or a stream. Its ``session_key`` is None if it signed in with an API token."""

    login: LoginSession
    session_key: str | None

    def notice(self, turns: Sequence[Turn]) -> None:
        """Receive turns that were asked recently, by any user."""

    def check_sign_in(self) -> None:
        """Check the sign-in, which may have ended."""


@dataclass(frozen=True)
class Snapshot:
    """The result of one look: who is signed in, and turns that no earlier look found."""

    passwords: dict[int, str]
    """The hashed password of each live login session's user, by login session."""
    session_keys: set[str]
    turns: Sequence[Turn]

    def is_signed_in(self, socket: Watched) -> bool:
        """Return whether the sign-in of a socket is still valid and its user's password unchanged."""
        if socket.session_key is None:
            return socket.login.pk in self.passwords
        is_same = self.passwords.get(socket.login.pk) == socket.login.user.password
        return is_same and socket.session_key in self.session_keys


class SocketWatch:
    """Looks for changes while there are sockets."""

    def __init__(self) -> None:
        self._sockets: set[Watched] = set()
        self._new_turns = NewTurns()
        self._task: asyncio.Task[None] | None = None

    def add(self, socket: Watched) -> None:
        self._sockets.add(socket)
        if self._task is None:
            self._new_turns = NewTurns()
            self._task = asyncio.create_task(self._look_always())

    def remove(self, socket: Watched) -> None:
        self._sockets.discard(socket)
        if self._task and not self._sockets:
            self._task.cancel()
            self._task = None

    async def _look_always(self) -> None:
        with runner.nudges.listen(NEWS_TOPIC) as news:
            while True:
                news.clear()
                with suppress(*UNAVAILABLE):
                    await self._look()
                await asyncio.sleep(PAUSE_SECONDS)
                await news.wait(LOOK_SECONDS)

    async def _look(self) -> None:
        sockets = list(self._sockets)
        snapshot = await in_database(self._take_snapshot, [(socket.login, socket.session_key) for socket in sockets])
        for socket in sockets:
            if not snapshot.is_signed_in(socket):
                socket.check_sign_in()
            elif snapshot.turns:
                socket.notice(snapshot.turns)

    def _take_snapshot(self, sockets: Sequence[tuple[LoginSession, str | None]]) -> Snapshot:
        logins = LoginSession.objects.filter(pk__in={login.pk for login, _ in sockets})
        live = logins.filter(ended_at=None, user__is_active=True)
        sessions = Session.objects.filter(session_key__in={key for _, key in sockets}, expire_date__gt=timezone.now())
        return Snapshot(
            passwords=dict(live.values_list("pk", "user__password")),
            session_keys=set(sessions.values_list("session_key", flat=True)),
            turns=self._new_turns.find({login.user_id for login, _ in sockets}),
        )


class NewTurns:
    """Finds turns soon after they are asked, each of them once."""

    def __init__(self) -> None:
        self._after: int | None = None
        self._found_at: dict[int, float] = {}

    def find(self, users: set[int]) -> list[Turn]:
        """Read from the database the turns that these users asked since the last call."""
        if self._after is None:
            long_ago = Turn.objects.filter(created_at__lt=Now() - timedelta(seconds=REREAD_SECONDS))
            self._after = long_ago.order_by("-pk").values_list("pk", flat=True).first() or 0
        turns = Turn.objects.of(*users).filter(pk__gt=self._after)
        new_ids = [pk for pk in turns.values_list("pk", flat=True) if pk not in self._found_at]
        self._found_at |= dict.fromkeys(new_ids, monotonic())
        self._forget(monotonic() - REREAD_SECONDS)
        return list(turns.filter(pk__in=new_ids).select_related("conversation").order_by("pk")) if new_ids else []

    def _forget(self, before: float) -> None:
        old_ids = [pk for pk, found_at in self._found_at.items() if found_at < before]
        for pk in old_ids:
            del self._found_at[pk]
        self._after = max([*old_ids, self._after or 0])


socket_watch = SocketWatch()
"""The watch of this process."""
