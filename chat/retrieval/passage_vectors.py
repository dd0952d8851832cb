"""From passages to their vectors: which lack one, how patiently their endpoint is asked, and how they are kept.

Nothing is remembered but the vectors themselves. What lacks one is found anew at every start, and each batch is a
transaction, so the work may be ended at any moment and goes on where it was.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from ..models import IndexedPassage, PassageVector, Recording
from . import pgvector
from .embeddings import TEXT_LIMIT, Busy, EmbeddingFailed, Endpoint, TooMuch
from .results import segments_of

SECONDS = 60.0
"""How long each step of a request may take; nobody waits for it."""
ATTEMPTS = 9
"""How often a batch is asked for, while the endpoint is busy."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0
"""Seconds; an endpoint that asks for more is not waited for."""
SHORTEST = 250
"""Characters; a text that is refused is cut in half, but not to less than these."""
_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Batch:
    """What became of some passages: ``stored`` have a vector now, ``refused`` the endpoint would not read."""

    stored: int
    refused: int


class RetryingEndpoint:
    """Asks again while the endpoint is busy, as it says how long to wait; with fewer or shorter texts when it refuses.

    ``pause`` is called with the seconds to wait, and waits.
    """

    def __init__(self, endpoint: Endpoint, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.endpoint = endpoint
        self._pause = pause

    def vectors(self, texts: Sequence[str]) -> list[bytes | None]:
        """A vector for each text, None for a text that is refused however short. Raises ``EmbeddingFailed``."""
        try:
            return [*self._ask(texts)]
        except TooMuch:
            if len(texts) > 1:
                middle = len(texts) // 2
                return [*self.vectors(texts[:middle]), *self.vectors(texts[middle:])]
            half = texts[0][: min(len(texts[0]), TEXT_LIMIT) // 2]
            return self.vectors([half]) if len(half) >= SHORTEST else [None]

    def _ask(self, texts: Sequence[str]) -> list[bytes]:
        for attempt in range(ATTEMPTS - 1):
            try:
                return self.endpoint.vectors(texts, seconds=SECONDS)
            except Busy as busy:
                pause = busy.retry_after
                if pause is None:
                    pause = random.uniform(0.5, 1) * FIRST_PAUSE * 2**attempt  # noqa: S311  # no secret
                elif pause > LONGEST_PAUSE:
                    raise EmbeddingFailed(f"{busy}; it asks to be left alone for {pause:.0f} s") from None
                self._pause(pause)
        return self.endpoint.vectors(texts, seconds=SECONDS)


def without_vector(model: str, recordings: Sequence[Recording] = ()) -> QuerySet[IndexedPassage]:
    """The passages that lack a vector of this model, of these recordings or of all."""
    passages = IndexedPassage.objects.filter(recording__in=recordings) if recordings else IndexedPassage.objects.all()
    return passages.exclude(vectors__model=model)


def embed(endpoint: RetryingEndpoint, recordings: Sequence[Recording] = ()) -> Iterator[Batch]:
    """Give every passage of these recordings, or of all, that lacks a vector its own. Raises ``EmbeddingFailed``."""
    model, after = endpoint.endpoint.name, 0
    lacking = without_vector(model, recordings).select_related("recording").defer("text").order_by("pk")
    while passages := list(lacking.filter(pk__gt=after)[: endpoint.endpoint.batch]):
        after = passages[-1].pk
        vectors = endpoint.vectors(texts_of(passages))
        found = {passage.pk: vector for passage, vector in zip(passages, vectors, strict=True) if vector}
        _store(model, found)
        yield Batch(stored=len(found), refused=len(passages) - len(found))


def texts_of(passages: Sequence[IndexedPassage]) -> list[str]:
    """What is said in each, under the title of the recording, as people would read it."""
    segments = segments_of([passage.pk for passage in passages])
    return ["\n".join([p.recording.title, *map(str, segments[p.pk])]) for p in passages]


def tidy(model: str) -> int:
    """Remove the vectors of other models once this one has all of its own; returns how many went.

    Until then a site that still asks with another model goes on to find by it.
    """
    if without_vector(model).exists():
        return 0
    removed, others = 0, PassageVector.objects.exclude(model=model).order_by("pk").values_list("pk", flat=True)
    while pks := list(others[:_ROWS_AT_ONCE]):  # in pieces: on SQLite nobody else can write meanwhile
        removed += PassageVector.objects.filter(pk__in=pks).delete()[0]
    return removed


def forget(model: str, recordings: Sequence[Recording] = ()) -> None:
    """Remove the vectors of a model, to make them anew."""
    vectors = PassageVector.objects.filter(model=model)
    (vectors.filter(passage__recording__in=recordings) if recordings else vectors).delete()


def finish(model: str) -> bool:
    """Hand the vectors to pgvector, if the server has it; returns whether it has."""
    if connection.vendor != "postgresql" or not pgvector.set_up():
        return False
    pgvector.fill()
    pgvector.index_vectors(model)
    return True


def _store(model: str, vectors: dict[int, bytes]) -> None:
    """Keep the vectors of the passages that still exist; who was faster keeps theirs."""
    with transaction.atomic():
        existing = IndexedPassage.objects.select_for_update(no_key=True).filter(pk__in=vectors)
        PassageVector.objects.bulk_create(
            (
                PassageVector(passage_id=pk, model=model, dimensions=len(vectors[pk]) // 4, vector=vectors[pk])
                for pk in existing.values_list("pk", flat=True)
            ),
            ignore_conflicts=True,
        )
