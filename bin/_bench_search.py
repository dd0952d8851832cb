"""Fill a scratch database with generated meetings and conversations, and time the page of results in it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import cast
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _bench_retrieval import Language, fill, megabytes, report  # sets Django up
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import connection
from django.test import RequestFactory, override_settings
from django.utils import timezone

from chat.accounts.login_sessions import SignedInRequest
from chat.models import Citation, Conversation, IndexedPassage, IndexedTurn, LoginSession, State, Turn
from chat.retrieval.scratch import scratch_database
from chat.search.views import search
from chat.terms import STOP_WORDS

TURNS_IN_CONVERSATION = 5
SOURCES = 3
ROWS_AT_ONCE = 500
UNHASHED = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def converse(language: Language, texts: Sequence[str], user: User, turns: int) -> float:
    """Store conversations of a user with this many turns; return the seconds that indexing took."""
    login = LoginSession.objects.create(user=user)
    seconds, numbers = 0.0, iter(range(turns))
    while batch := len(list(islice(numbers, ROWS_AT_ONCE))):
        conversations = Conversation.objects.bulk_create(
            Conversation(user=user, title=language.random.choice(texts)[:60])
            for _ in range(-(-batch // TURNS_IN_CONVERSATION))
        )
        rows = Turn.objects.bulk_create(
            _turn(language, texts, login, conversations[number // TURNS_IN_CONVERSATION]) for number in range(batch)
        )
        citations = {row.pk: [_citation(language, texts, row, number + 1) for number in range(SOURCES)] for row in rows}
        Citation.objects.bulk_create(citation for sources in citations.values() for citation in sources)
        began = time.perf_counter()
        IndexedTurn.objects.bulk_create(IndexedTurn.of(row, row.answer, citations[row.pk]) for row in rows)
        seconds += time.perf_counter() - began
    return seconds


def _turn(language: Language, texts: Sequence[str], login: LoginSession, conversation: Conversation) -> Turn:
    return Turn(
        user=login.user,
        login_session=login,
        conversation=conversation,
        request_id=uuid4(),
        question=language.random.choice(texts)[:120],
        answer=" ".join(language.random.sample(texts, 4)),
        state=State.COMPLETE,
        finish_reason="stop",
        ended_at=timezone.now(),
    )


def _citation(language: Language, texts: Sequence[str], turn: Turn, number: int) -> Citation:
    return Citation(
        turn=turn,
        number=number,
        recording_uuid=uuid4(),
        recording_title=f"Meeting {language.random.randint(1, 900)}",
        segment=1,
        speaker="Speaker 3",
        excerpt=language.random.choice(texts),
    )


def searches(language: Language, texts: Sequence[str]) -> dict[str, Callable[[], str]]:
    """Return kinds of searches, each a function that returns the next one."""
    common = language.words[len(STOP_WORDS) :]

    def said(count: int) -> str:
        return " ".join(language.question(language.random.choice(texts), count))

    def phrase() -> str:
        words = language.random.choice(texts).split()
        start = language.random.randrange(len(words) - 2)
        return f'"{" ".join(words[start : start + 3])}"'

    return {
        "two words": lambda: said(2),
        "three words": lambda: said(3),
        "a phrase of three words": phrase,
        "one rare word": lambda: language.random.choice(language.words[-3000:]),
        "one common word": lambda: language.random.choice(common[:20]),
        "the two most common words": lambda: " ".join(common[:2]),
        "sixteen common words": lambda: " ".join(common[:16]),
        "no such word": lambda: "qwertz jjjjjj",
        "a typing error": lambda: f"{said(1)}x{language.random.choice('aeiou')} {said(1)}",
    }


def measure(user: User, next_search: Callable[[], str], rounds: int, page: int = 1) -> list[tuple[float, float]]:
    """Return the milliseconds of each page of results, with its sidebar: wall-clock and CPU time."""
    times = []
    for _ in range(rounds):
        request = cast("SignedInRequest", RequestFactory().get("/search/", {"q": next_search(), "page": str(page)}))
        request.user = user
        began, worked = time.perf_counter(), time.process_time()
        assert search(request).status_code == 200  # noqa: S101  # a measurement of error pages would mislead
        times.append(((time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000))
    return times


def main() -> None:
    """Run all searches and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=30_000)
    parser.add_argument("--turns", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=50, help="searches of each kind")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with scratch_database(), override_settings(STORAGES=settings.STORAGES | UNHASHED):
        language = Language(arguments.seed)
        texts, recordings, _ = fill(language, arguments.passages)
        before = megabytes()
        user = get_user_model().objects.create(username="alice")
        seconds = converse(language, texts, user, arguments.turns)
        print(
            f"{connection.vendor}: {IndexedPassage.objects.count()} passages of {len(recordings)} recordings,", end=" "
        )
        print(f"{arguments.turns} turns of one user, indexed in {seconds:.1f} s; +{megabytes() - before:.0f} MB")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # PostgreSQL would do this by itself within a minute
        for name, next_search in searches(language, texts).items():
            measure(user, next_search, 1)
            report(name, measure(user, next_search, arguments.rounds))
        common = language.words[len(STOP_WORDS)]
        report("the fifth page of a word", measure(user, lambda: common, arguments.rounds // 5, page=5))


if __name__ == "__main__":
    main()
