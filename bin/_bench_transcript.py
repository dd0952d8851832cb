"""Fill a scratch database with a recording of many segments, and time and weigh its page. See docs/performance.md."""

from __future__ import annotations

import argparse
import gzip
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _bench_retrieval import Language  # sets Django up
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import connection
from django.test import RequestFactory, override_settings

from chat.accounts.login_sessions import SignedInRequest
from chat.models import Recording, Segment
from chat.recordings.views import detail, segments
from chat.retrieval import index
from chat.retrieval.scratch import scratch_database
from chat.terms import STOP_WORDS

SPEAKERS = 8
LEVEL = 6
ROWS_AT_ONCE = 2_000
UNHASHED = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def record(language: Language, count: int) -> Recording:
    """Store a recording with audio and this many segments of 2 to 22 words, and index it."""
    recording = Recording.objects.create(title="A long day", digest=uuid4().hex, audio="a.mp3", duration=3.0 * count)
    Segment.objects.bulk_create(_segments(language, recording, count), batch_size=ROWS_AT_ONCE)
    index([recording])
    return recording


def _segments(language: Language, recording: Recording, count: int) -> Iterator[Segment]:
    speaker = 0
    for number in range(1, count + 1):
        if language.random.random() < 0.3:
            speaker = language.random.randrange(SPEAKERS)
        words = language.random.choices(language.words, cum_weights=language.weights, k=language.random.randint(2, 22))
        yield Segment(
            recording=recording,
            number=number,
            speaker=f"Speaker {speaker}",
            text=f"{' '.join(words)}.".capitalize(),
            start=3.0 * number,
            end=3.0 * number + 2.5,
        )


def requests(language: Language, recording: Recording, count: int) -> dict[str, tuple[bool, dict[str, str]]]:
    """Return the queries that are measured, each with whether the whole page is asked for."""
    late = Segment.objects.get(recording=recording, number=round(count * 0.7))
    rare = max(late.text.rstrip(".").lower().split(), key=language.words.index)
    common = language.words[len(STOP_WORDS)]
    return {
        "the page": (True, {}),
        "the page of a link to words": (True, {"words": f"{late.number}:0-2"}),
        "the last numbered page": (True, {"page": "1000"}),
        "the piece around #segment-N": (False, {"around": str(late.number)}),
        "the piece at a time": (False, {"at": str(late.start)}),
        "the next piece": (False, {"after": str(late.number)}),
        "find a rare word": (False, {"q": rare}),
        "find a word that nobody says": (False, {"q": "xylophon"}),
        "find one of the commonest words": (False, {"q": common}),
        "its next page": (False, {"q": common, "page": "2"}),
        "the segments of a speaker": (False, {"speaker": "Speaker 1"}),
    }


def measure(user: User, recording: Recording, query: dict[str, str], *, is_page: bool) -> tuple[float, float, bytes]:
    """Return the milliseconds that a response takes, those of the processor, and its body."""
    request = cast("SignedInRequest", RequestFactory().get("/recordings/", query))
    request.user = user
    began, worked = time.perf_counter(), time.process_time()
    response = (detail if is_page else segments)(request, recording.uuid)
    took, busy = (time.perf_counter() - began) * 1_000, (time.process_time() - worked) * 1_000
    assert response.status_code == 200  # noqa: S101  # a measurement of error pages would mislead
    return took, busy, response.content


def main() -> None:
    """Print a line for each response."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segments", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with scratch_database(), override_settings(STORAGES=settings.STORAGES | UNHASHED):
        language = Language(arguments.seed)
        recording = record(language, arguments.segments)
        user = get_user_model().objects.create(username="alice")
        measure(user, recording, {"page": "2"}, is_page=True)  # compiles the templates
        print(f"{connection.vendor}: {arguments.segments} segments; ms of the first time, and of the best, also of CPU")
        for name, (is_page, query) in requests(language, recording, arguments.segments).items():
            rounds = [measure(user, recording, query, is_page=is_page) for _ in range(arguments.rounds)]
            (first, _, body), best = rounds[0], min(took for took, _, _ in rounds)
            busy = min(cpu for _, cpu, _ in rounds)
            sizes = f"{len(body) / 1_000:9.1f} kB   gzip -{LEVEL} {len(gzip.compress(body, LEVEL)) / 1_000:8.1f} kB"
            print(f"{name:<32} {first:8.1f} ms {best:8.1f} ms   CPU {busy:7.1f} ms {sizes}")


if __name__ == "__main__":
    main()
