"""Fill a scratch database with generated meetings and time searches in it. See docs/retrieval.md."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from uuid import UUID, uuid4

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup()

import _bench_collections  # noqa: E402  # Django must be set up first
from django.db import connection  # noqa: E402

from chat.database import in_database  # noqa: E402
from chat.models import Filter, IndexedPassage, PassageVector, Recording, Scope, Segment  # noqa: E402
from chat.retrieval import index, passage_vectors, retriever  # noqa: E402
from chat.retrieval.evaluation import listener  # noqa: E402
from chat.retrieval.hybrid import NearestNeighbours  # noqa: E402
from chat.retrieval.matrix import Matrix  # noqa: E402
from chat.retrieval.pgvector import PgVector  # noqa: E402
from chat.retrieval.reach import EVERYTHING, reach_of  # noqa: E402
from chat.retrieval.scratch import scratch_database  # noqa: E402
from chat.retrieval.windows import STEP  # noqa: E402
from chat.terms import STOP_WORDS, informative  # noqa: E402

VOCABULARY = 30_000
SEGMENTS_IN_MEETING = 300  # of about 40 words: an hour and a quarter
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


class Language:
    """Made-up words with the frequencies of English (Zipf and Mandelbrot), the stop words of English first."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # the same meetings in every run
        self.words = [*sorted(STOP_WORDS, key=len), *map(self._word, range(VOCABULARY))]
        self.weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    def meeting(self) -> list[str]:
        """Return the segments of a meeting, which often repeats forty words of its own."""
        topic = self.random.sample(self.words[400:], 40)
        return [self._segment(topic) for _ in range(SEGMENTS_IN_MEETING)]

    def question(self, text: str, count: int) -> list[str]:
        """Return ``count`` random words of ``text``, each as likely as it is frequent there."""
        words = informative(text.split())
        return [self.random.choice(words) for _ in range(count)]

    def _segment(self, topic: Sequence[str]) -> str:
        length = self.random.randint(10, 70)
        words = self.random.choices(self.words, cum_weights=self.weights, k=length)
        return " ".join(self.random.choice(topic) if self.random.random() < 0.05 else word for word in words)

    def _word(self, number: int) -> str:
        word = ""
        number += len(SYLLABLES)
        while number:
            number, syllable = divmod(number, len(SYLLABLES))
            word += SYLLABLES[syllable]
        return word + self.random.choice(["", "n", "r", "k", "s", "ing"])


Ask = Callable[[], tuple[str, Sequence[UUID]]]


class Questions:
    """Kinds of questions about a library of meetings, each a function that returns the next question."""

    def __init__(self, language: Language, texts: Sequence[str], recordings: Sequence[UUID]) -> None:
        self.language, self.texts, self.recordings, self.random = language, texts, recordings, language.random
        self.realistic: dict[str, Ask] = {
            "a question": lambda: (self._about(4), ()),
            "a question, 1 recording": lambda: (self._about(4), self.random.sample(recordings, 1)),
            "a question, 50 recordings": lambda: (
                self._about(4),
                self.random.sample(recordings, min(50, len(recordings))),
            ),
            "a long question": lambda: (self._about(40), ()),
            "one rare word": lambda: (f"What about {self.random.choice(language.words[-3000:])}?", ()),
            "with a typing error": lambda: (self._misspelt(), ()),
        }
        self.hostile: dict[str, Ask] = {
            "the most common words": lambda: (" ".join(language.words[len(STOP_WORDS) :][:6]), ()),
            "no similar word": lambda: ("Xylophon qwertz jjjjjj?", ()),
            "no subject": lambda: ("What was the meeting about?", ()),
            "50 kB": lambda: (" ".join(self.random.sample(texts, 200))[:50_000], ()),
        }

    def _about(self, count: int) -> str:
        words = self.language.question(self.random.choice(self.texts), count)
        return f"What did Speaker {self.random.randint(1, 9)} say about {' '.join(words)}?"

    def _misspelt(self) -> str:
        words = self.language.question(self.random.choice(self.texts), 3)
        longest = max(words, key=len)
        return f"What was said about {' '.join(words[:2])} {longest[:-2]}x{longest[-2:]}?"


def fill(language: Language, passages: int) -> tuple[list[str], list[Recording], float]:
    """Store meetings with this many passages; return texts, recordings and the seconds that indexing took."""
    texts: list[str] = []
    recordings: list[Recording] = []
    characters, seconds = 0, 0.0
    while characters < passages * STEP * 1.01:
        segments = language.meeting()
        recordings.append(store(language, segments, len(recordings) + 1))
        began = time.perf_counter()
        index(recordings[-1:])
        seconds += time.perf_counter() - began
        characters += sum(map(len, segments))
        texts += segments
    return texts, recordings, seconds


def store(language: Language, segments: Sequence[str], number: int) -> Recording:
    """Store a meeting with these segments, by numbered speakers."""
    recording = Recording.objects.create(title=f"Meeting {number}", digest=uuid4().hex)
    speaker = language.random.randint(1, 5)
    Segment.objects.bulk_create(
        Segment(recording=recording, number=place, speaker=f"Speaker {speaker + place % 5}", text=text)
        for place, text in enumerate(segments, 1)
    )
    return recording


def measure(ask: Ask, rounds: int) -> list[tuple[float, float]]:
    """Return the milliseconds of each search: wall-clock time, and CPU time of this process."""
    return asyncio.run(_measure(ask, rounds))


async def _measure(ask: Ask, rounds: int) -> list[tuple[float, float]]:
    user_id = await in_database(listener)
    return [await timed(query, user_id, recordings) for query, recordings in (ask() for _ in range(rounds))]


async def timed(query: str, user_id: int, recordings: Sequence[UUID] = ()) -> tuple[float, float]:
    """Search as the site does for a question of this user; return the milliseconds as ``measure`` does."""
    began, worked = time.perf_counter(), time.process_time()
    scope = await in_database(Scope.begin, user_id, Filter(recordings=tuple(recordings)))
    await retriever().retrieve(query, scope=scope, limit=8)
    return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


def report(name: str, times: Sequence[tuple[float, float]]) -> None:
    """Print median, 95th percentile and maximum of the wall-clock time, and the 95th percentile of the CPU time."""
    clock, processor = (sorted(values) for values in zip(*times, strict=True))
    p50, p95 = clock[len(clock) // 2], clock[int(len(clock) * 0.95)]
    busy = processor[int(len(processor) * 0.95)]
    print(f"{name:<28} p50 {p50:6.1f}   p95 {p95:6.1f}   max {clock[-1]:6.1f} ms   CPU p95 {busy:6.1f} ms")


def store_random_vectors(dimensions: int) -> NearestNeighbours:
    """Store random vectors for all passages, and return their search: its time does not depend on their values."""
    pks = list(IndexedPassage.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), 500):
        PassageVector.objects.bulk_create(
            PassageVector(passage_id=pk, model="random", dimensions=dimensions, vector=random_vector(dimensions))
            for pk in pks[start : start + 500]
        )
    return PgVector("random") if passage_vectors.hand_to_pgvector("random") else Matrix("random")


def random_vector(dimensions: int) -> bytes:
    """Return a vector of length 1 in a random direction."""
    import numpy  # not in the base install

    values = numpy.random.default_rng().standard_normal(dimensions)
    return (values / numpy.linalg.norm(values)).astype("<f4").tobytes()


def measure_nearest(vectors: NearestNeighbours, dimensions: int, recordings: Sequence[Recording], rounds: int) -> None:
    """Time the vector search alone, without the endpoint that embeds the question."""
    began = time.perf_counter()
    vectors.nearest(random_vector(dimensions), EVERYTHING, 60)
    print(f"{type(vectors).__name__}: {dimensions} dimensions, the first search {time.perf_counter() - began:.2f} s")
    for count in (0, 1, 50):
        times = []
        for _ in range(rounds):
            vector = random_vector(dimensions)
            chosen = [recording.uuid for recording in random.sample(recordings, min(count, len(recordings)))]
            began, worked = time.perf_counter(), time.process_time()
            vectors.nearest(vector, reach_of(Scope.begin(listener(), Filter(recordings=tuple(chosen)))), 60)
            times.append(((time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000))
        report(f"nearest, {count or 'all'} recordings", times)


def megabytes() -> float:
    """Return the size of the database in MB."""
    sizes = {
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
        "postgresql": "SELECT pg_database_size(current_database())",
    }
    with connection.cursor() as cursor:
        cursor.execute(sizes[connection.vendor])
        return float(cursor.fetchone()[0]) / 1e6


def main() -> None:
    """Run all searches and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=200, help="searches of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--collections", type=int, default=0, help="compare users who hear some of so many collections")
    parser.add_argument("--vectors", type=int, default=0, metavar="DIMENSIONS", help="also time the vector search")
    arguments = parser.parse_args()
    with scratch_database():
        language = Language(arguments.seed)
        texts, recordings, seconds = fill(language, arguments.passages)
        passages = IndexedPassage.objects.count()
        print(f"{connection.vendor}: {passages} passages of {len(recordings)} recordings,", end=" ")
        print(f"{sum(map(len, texts)) / 1e6:.0f} million characters; indexed in {seconds:.1f} s; {megabytes():.0f} MB")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # PostgreSQL would do this by itself within a minute
        questions = Questions(language, texts, [recording.uuid for recording in recordings])
        realistic = {name: measure(ask, arguments.rounds) for name, ask in questions.realistic.items()}
        for name, times in realistic.items():
            report(name, times)
        report("all of these", [time for times in realistic.values() for time in times])
        for name, ask in questions.hostile.items():
            report(name, measure(ask, max(arguments.rounds // 10, 3)))
        if arguments.collections:
            _bench_collections.compare(questions, recordings, arguments.collections, arguments.rounds)
        if arguments.vectors:
            measure_nearest(store_random_vectors(arguments.vectors), arguments.vectors, recordings, arguments.rounds)


if __name__ == "__main__":
    main()
