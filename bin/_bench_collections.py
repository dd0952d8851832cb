"""What rights cost a search: the same questions of somebody who hears all collections, and of others who do not."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import connection

from chat.database import in_database
from chat.models import Collection, Membership, Recording, Scope
from chat.retrieval import retriever

if TYPE_CHECKING:
    from _bench_retrieval import Questions

LIMIT = 8
Times = list[tuple[float, float]]


def compare(questions: Questions, recordings: Sequence[Recording], count: int, rounds: int) -> None:
    """Spread the recordings over collections; print the times of each listener, and their ratio to those of all."""
    users = _listeners(recordings, count)
    queries = [
        query for name in ("a question", "a long question", "one rare word") for query in _of(questions, name, rounds)
    ]
    times = asyncio.run(_times(queries, users))
    print(f"{count} collections, {len(queries)} questions; without rights is a search in everything")
    usual = times.pop("without rights")
    for name, own in {"without rights": usual, **times}.items():
        clock, processor = (_ratio(own, usual, kind) for kind in (0, 1))
        print(f"{name:<28} p50 {median(each for each, _ in own):6.1f} ms   ×{clock:.3f}   CPU ×{processor:.3f}")


def _listeners(recordings: Sequence[Recording], count: int) -> dict[str, int]:
    """Return users by how many collections they hear, spread evenly over the library."""
    collections = Collection.objects.bulk_create(Collection(name=f"Collection {number}") for number in range(count))
    for number, recording in enumerate(recordings):
        Recording.objects.filter(pk=recording.pk).update(collection=collections[number % count])
    users = {}
    for heard in dict.fromkeys((count, count - 1, count // 2, count // 4, max(count // 100, 1))):
        user = get_user_model().objects.create(username=f"hears {heard}")
        own = {collections[place * count // heard].pk for place in range(heard)}
        Membership.objects.bulk_create(Membership(collection_id=pk, user=user) for pk in own)
        users[f"hears {heard} of {count}"] = user.pk
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return users


def _of(questions: Questions, name: str, rounds: int) -> list[str]:
    return [questions.realistic[name]()[0] for _ in range(rounds)]


async def _times(queries: Sequence[str], users: dict[str, int]) -> dict[str, Times]:
    """Ask each question for each user in turn, so that what else the machine does disturbs all of them alike."""
    everything = await in_database(Scope.begin, next(iter(users.values())))
    assert everything.is_everything  # noqa: S101  # else it would be compared with itself
    asking: list[tuple[str, Scope | int]] = [("without rights", everything), *users.items()]
    times: dict[str, Times] = {name: [] for name, _ in asking}
    order = random.Random(1)  # noqa: S311  # the first reads from the disk what those after it then have in memory
    for query in queries:
        for name, whose in order.sample(asking, len(asking)):
            times[name].append(await _timed(query, whose))
    return times


async def _timed(query: str, whose: Scope | int) -> tuple[float, float]:
    began, worked = time.perf_counter(), time.process_time()
    scope = whose if isinstance(whose, Scope) else await in_database(Scope.begin, whose)
    await retriever().retrieve(query, scope=scope, limit=LIMIT)
    return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


def _ratio(own: Times, usual: Times, kind: int) -> float:
    """Return the ratio of the medians of wall-clock time (0), or of the CPU time (1)."""
    return median(each[kind] for each in own) / median(each[kind] for each in usual)
