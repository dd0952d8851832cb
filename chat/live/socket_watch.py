"""A watch over every socket and stream of this process, which notices ended sign-ins, questions asked elsewhere and
reviews.

One look serves them all: two queries for their sign-ins, one for new questions, two for reviews, however many are open.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Protocol, TypeVar

from django.contrib.sessions.models import Session
from django.db.models import BigIntegerField, CharField
from django.db.models.functions import Now

from ..database import in_database
from ..database.outage import UNAVAILABLE
from ..models import LoginSession, Many, Prepared, SignIn, Turn
from ..turns.nudges import NEWS_TOPIC, REVIEWS_TOPIC, SIGN_INS_TOPIC
from ..turns.runner import runner
from .new_reviews import NewReviews, conversations_of, frames_of
from .open_conversations import Asked

LOOK_SECONDS = 4.0
"""Interval between looks when no nudge arrives."""
PAUSE_SECONDS = 0.05
"""Least time between two looks of a kind; nudges that arrive meanwhile share one look."""
REREAD_SECONDS = 30.0
"""How long to look for a turn behind a gap in the numbers: turns are not committed in the order of their numbers."""


Key = TypeVar("Key")


class Watched(Protocol):
    """A socket or a stream. Its ``session_key`` is None if it signed in with an API token."""

    login: LoginSession
    session_key: str | None

    def lacks(self, turn: Asked) -> bool:
        """Return whether a turn that its user asked is news to its client."""

    def notice(self, turns: Sequence[Turn]) -> None:
        """Receive turns that its user asked recently."""

    def shows(self, conversation_id: int) -> bool:
        """Return whether its client shows a conversation."""

    def tell(self, frames: Sequence[str]) -> None:
        """Receive what reviewers have done with turns that its client shows."""

    def check_sign_in(self) -> None:
        """Check the sign-in, which may have ended."""


def ended(sign_ins: Sequence[SignIn]) -> list[SignIn]:
    """Return those that are no longer valid, or whose user has another password since."""
    passwords = dict(_passwords.fetch(logins={each.login for each in sign_ins}))
    keys = {None, *_live_keys.fetch(keys={each.session_key for each in sign_ins} - {None})}
    return [each for each in sign_ins if passwords.get(each.login) != each.password or each.session_key not in keys]


_passwords = Prepared(
    lambda logins: LoginSession.objects.filter(pk__among=logins, ended_at=None, user__is_active=True).values_list(
        "pk", "user__password"
    ),
    logins=Many(BigIntegerField()),
)
_live_keys = Prepared(
    lambda keys: Session.objects.filter(session_key__among=keys, expire_date__gt=Now()).values_list(
        "session_key", flat=True
    ),
    keys=Many(CharField()),
)


class SocketWatch:
    """Looks for changes while there are sockets."""

    def __init__(self) -> None:
        self._sockets: defaultdict[int, set[Watched]] = defaultdict(set)  # by user
        self._by_sign_in: defaultdict[SignIn, set[Watched]] = defaultdict(set)
        self._new_turns = NewTurns()
        self._new_reviews = NewReviews()
        self._tasks: list[asyncio.Task[None]] = []

    def add(self, socket: Watched) -> None:
        self._sockets[socket.login.user_id].add(socket)
        self._by_sign_in[_sign_in(socket)].add(socket)
        if not self._tasks:
            self._new_turns = NewTurns()
            looks = (
                (self._look_at_sign_ins, SIGN_INS_TOPIC),
                (self._look_for_turns, NEWS_TOPIC),
                (self._look_for_reviews, REVIEWS_TOPIC),
            )
            self._tasks = [asyncio.create_task(_always(look, topic)) for look, topic in looks]

    def remove(self, socket: Watched) -> None:
        _remove(self._sockets, socket.login.user_id, socket)
        _remove(self._by_sign_in, _sign_in(socket), socket)
        if not self._sockets:
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    async def _look_at_sign_ins(self) -> None:
        for sign_in in await in_database(ended, list(self._by_sign_in)):
            for socket in list(self._by_sign_in.get(sign_in, ())):
                socket.check_sign_in()

    async def _look_for_turns(self) -> None:
        asked = await in_database(self._new_turns.find)
        lacked = [
            turn.pk for turn in asked if any(socket.lacks(turn) for socket in self._sockets.get(turn.user_id, ()))
        ]
        turns = await in_database(_kept.fetch, pks=lacked) if lacked else ()
        for turn in turns:
            for socket in list(self._sockets.get(turn.user_id, ())):
                socket.notice([turn])

    async def _look_for_reviews(self) -> None:
        for owner, reviewed in (await in_database(self._new_reviews.find, list(self._sockets))).items():
            for conversation, turns in (await in_database(conversations_of, reviewed, owner)).items():
                showing = [socket for socket in self._sockets.get(owner, ()) if socket.shows(conversation.pk)]
                frames = await in_database(frames_of, turns, conversation) if showing else ()
                for socket in showing:
                    socket.tell(frames)


def _sign_in(socket: Watched) -> SignIn:
    return SignIn.of(socket.login, socket.session_key)


def _remove(sockets: dict[Key, set[Watched]], key: Key, socket: Watched) -> None:
    sockets[key].discard(socket)
    if not sockets[key]:
        del sockets[key]


async def _always(look: Callable[[], Awaitable[None]], topic: str) -> None:
    with runner.nudges.listen(topic) as nudges:
        while True:
            nudges.clear()
            with suppress(*UNAVAILABLE):
                await look()
            await asyncio.sleep(PAUSE_SECONDS)
            await nudges.wait(LOOK_SECONDS)


_newest = Prepared(
    lambda: (
        Turn.objects.filter(created_at__lt=Now() - timedelta(seconds=REREAD_SECONDS))
        .order_by("-pk")
        .values_list("pk", flat=True)[:1]
    )
)
_newer = Prepared(
    lambda pk: (
        Turn.objects.filter(pk__gt=pk).order_by("pk").values_list("pk", "user_id", "conversation_id", "request_id")
    ),
    pk=BigIntegerField(),
)
_kept = Prepared(
    lambda pks: (
        Turn.objects.filter(pk__among=pks, conversation__deleted_at=None).select_related("conversation").order_by("pk")
    ),
    pks=Many(BigIntegerField()),
)


class NewTurns:
    """Finds turns soon after they are asked, each of them once."""

    def __init__(self) -> None:
        self._after: int | None = None
        self._found_at: dict[int, float] = {}

    def find(self) -> list[Asked]:
        """Read from the database which turns were asked since the last call, by any user."""
        if self._after is None:
            self._after = _newest.first() or 0
        newer = (Asked(*row) for row in _newer.fetch(pk=self._after))
        found = [turn for turn in newer if turn.pk not in self._found_at]
        self._found_at |= dict.fromkeys((turn.pk for turn in found), monotonic())
        self._advance(monotonic() - REREAD_SECONDS)
        return found

    def _advance(self, before: float) -> None:
        """Read no more what comes before the first gap in the numbers, or was found long ago."""
        for pk in sorted(self._found_at):
            if pk != (self._after or 0) + 1 and self._found_at[pk] >= before:
                break
            self._after = pk
            del self._found_at[pk]


socket_watch = SocketWatch()
"""The watch of this process."""
