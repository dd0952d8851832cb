"""Fill the database of the settings with conversations: ``python -m bin._bench_pages.filling COUNTS TURNS``.

``COUNTS`` are the numbers of conversations of one user each, ``TURNS`` the lengths of conversations of another user,
both with commas. Prints one JSON object, ``Filled``.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _bench_retrieval import Language, store  # sets Django up
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.utils import timezone

from chat.models import REVIEWERS, Citation, Conversation, IndexedTurn, LoginSession, Segment, State, TitleWord, Turn
from chat.review import remembered
from chat.terms import informative
from tests.support.sockets import sign_in

from .conversations import Filled

ROWS_AT_ONCE = 500
MEETINGS = 20
SOURCES = 2


class Filling:
    """Made-up conversations about meetings that everyone hears, the newest now, and one every ten minutes before it."""

    def __init__(self, seed: int) -> None:
        self.language = Language(seed)
        self.random = random.Random(seed)  # noqa: S311  # the same conversations in every run
        for number in range(MEETINGS):
            store(self.language, self.language.meeting(), number + 1)
        self.segments = list(Segment.objects.order_by("pk").select_related("recording"))

    def conversations(self, user: User, count: int) -> None:
        """Store conversations of a user, of one turn each."""
        login = LoginSession.objects.create(user=user)
        times = (timezone.now() - timedelta(minutes=10 * number) for number in reversed(range(count)))
        while moments := list(islice(times, ROWS_AT_ONCE)):
            conversations = Conversation.objects.bulk_create(
                Conversation(user=user, title=self._said(8), asked_at=moment) for moment in moments
            )
            TitleWord.store((row.pk, row.title) for row in conversations)
            self._store(self._turn(login, row, row.asked_at) for row in conversations)

    def turns(self, user: User, count: int) -> Conversation:
        """Store a conversation of a user with this many turns."""
        login = LoginSession.objects.create(user=user)
        conversation = Conversation.objects.create(user=user, title=self._said(8))
        self._store(self._turn(login, conversation, timezone.now()) for _ in range(count))
        return conversation

    def search(self) -> str:
        """Return two words of a segment, each as likely as it is frequent there."""
        return " ".join(self.language.question(self._segment().text, 2))

    def _store(self, turns: Iterator[Turn]) -> None:
        with transaction.atomic():
            rows = Turn.objects.bulk_create(turns)
            sources = {row.pk: [self._citation(row, number + 1) for number in range(SOURCES)] for row in rows}
            Citation.objects.bulk_create(source for row in sources.values() for source in row)
            IndexedTurn.objects.bulk_create(IndexedTurn.of(row, row.answer, sources[row.pk]) for row in rows)

    def _turn(self, login: LoginSession, conversation: Conversation, moment: datetime) -> Turn:
        return Turn(
            user=login.user,
            login_session=login,
            conversation=conversation,
            request_id=uuid4(),
            question=f"{conversation.title}?",
            answer=" ".join(self._sentence(number + 1) for number in range(SOURCES)),
            state=State.COMPLETE,
            finish_reason="stop",
            created_at=moment,
            ended_at=moment,
        )

    def _citation(self, turn: Turn, number: int) -> Citation:
        segment = self._segment()
        citation = Citation.quoting(segment.recording, segment, number, segment.text)
        citation.turn = turn
        return citation

    def _sentence(self, source: int) -> str:
        return f"{self._segment().text.capitalize()} [{source}]."

    def _segment(self) -> Segment:
        return self.random.choice(self.segments)

    def _said(self, count: int) -> str:
        return " ".join(informative(self._segment().text.split())[:count])[:80]


def fill(counts: Sequence[int], turns: Sequence[int], searches: int = 30) -> Filled:
    """Store everything; return what the benchmark asks for."""
    filling, filled = Filling(1), Filled()
    for count in counts:
        user = User.objects.create(username=f"with-{count}-conversations")
        filling.conversations(user, count)
        filled.cookies[count] = _cookie(user)
    reader = User.objects.create(username="with-long-conversations")
    filled.reader = _cookie(reader)
    for count in turns:
        filled.conversations[count] = filling.turns(reader, count).get_absolute_url()
    reviewed = filling.turns(reader, max(turns))  # the pages of the others would say who has read each turn
    filled.admin = f"/admin/chat/conversation/{reviewed.pk}/change/"
    filled.searches = [filling.search() for _ in range(searches)]
    _review(filled, reviewed)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")  # autovacuum would do this by itself within a minute
    return filled


def _review(filled: Filled, conversation: Conversation) -> None:
    """Sign in a reviewer, who has given all reasons that the benchmark needs, for as long as its files are kept."""
    remembered.SECONDS = 10**9
    reviewer = User.objects.create(username="reviewer")
    reviewer.groups.add(Group.objects.get(name=REVIEWERS))
    filled.reviewer = _cookie(reviewer)
    session = SessionStore(filled.reviewer.partition("=")[2])
    kept = remembered.Remembered(session)
    kept.keep_reason(conversation, "A measurement")
    filled.reviewed = [kept.keep_search(remembered.Search(words, "A measurement")) for words in filled.searches]
    session.save()


def _cookie(user: User) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={sign_in(user)}"


if __name__ == "__main__":
    COUNTS, TURNS = ([int(number) for number in argument.split(",")] for argument in sys.argv[1:3])
    json.dump(asdict(fill(COUNTS, TURNS)), sys.stdout)
