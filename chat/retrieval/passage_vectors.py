"""The vectors of passages: which passages lack one, how often the endpoint is asked, and how vectors are stored.

No state is kept but the vectors. Every run looks for the passages that lack one, and each batch is a transaction, so a
run may be stopped at any moment and the next one continues.
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
"""The time limit for each step of a request; no user waits for it."""
ATTEMPTS = 9
"""Requests for one batch while the endpoint is busy."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0
"""Seconds; the run fails if the endpoint asks for a longer pause."""
SHORTEST = 250
"""Characters; a refused text is cut in half, but not below this length."""
_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Batch:
    """How many passages of a batch have a vector now (``stored``), and how many the endpoint ``refused``."""

    stored: int
    refused: int


class RetryingEndpoint:
    """An endpoint that is asked again: after the pause it asks for if it is busy, or with fewer or shorter texts.

    ``pause`` is called with the seconds to wait, and waits.
    """

    def __init__(self, endpoint: Endpoint, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.endpoint = endpoint
        self._pause = pause

    def vectors(self, texts: Sequence[str]) -> list[bytes | None]:
        """Return a vector for each text, None for one that is refused at any length. Raise ``EmbeddingFailed``."""
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
                    pause = random.uniform(0.5, 1) * FIRST_PAUSE * 2**attempt  # noqa: S311  # not a secret
                elif pause > LONGEST_PAUSE:
                    raise EmbeddingFailed(f"{busy}; it asks for a pause of {pause:.0f} s") from None
                self._pause(pause)
        return self.endpoint.vectors(texts, seconds=SECONDS)


def without_vector(model: str, recordings: Sequence[Recording] = ()) -> QuerySet[IndexedPassage]:
    """Return the passages, of these recordings or of all, that lack a vector of this model."""
    passages = IndexedPassage.objects.filter(recording__in=recordings) if recordings else IndexedPassage.objects.all()
    return passages.exclude(vectors__model=model)


def embed(endpoint: RetryingEndpoint, recordings: Sequence[Recording] = ()) -> Iterator[Batch]:
    """Embed and store every passage, of these recordings or of all, that lacks a vector. Raise ``EmbeddingFailed``."""
    model, last_pk = endpoint.endpoint.name, 0
    lacking = without_vector(model, recordings).select_related("recording").defer("text").order_by("pk")
    while passages := list(lacking.filter(pk__gt=last_pk)[: endpoint.endpoint.batch]):
        last_pk = passages[-1].pk
        vectors = endpoint.vectors(texts_of(passages))
        accepted = {passage.pk: vector for passage, vector in zip(passages, vectors, strict=True) if vector}
        _store(model, accepted)
        yield Batch(stored=len(accepted), refused=len(passages) - len(accepted))


def texts_of(passages: Sequence[IndexedPassage]) -> list[str]:
    """Return the text of each passage as people would read it, under the title of its recording."""
    segments = segments_of([passage.pk for passage in passages])
    return ["\n".join([p.recording.title, *map(str, segments[p.pk])]) for p in passages]


def delete_vectors_of_other_models(model: str) -> int:
    """Delete the vectors of other models once this one has all of its own; return how many were deleted.

    Until then, a site that still searches with another model finds its vectors.
    """
    if without_vector(model).exists():
        return 0
    deleted, others = 0, PassageVector.objects.exclude(model=model).order_by("pk").values_list("pk", flat=True)
    while pks := list(others[:_ROWS_AT_ONCE]):  # in batches: on SQLite nobody else can write during a delete
        deleted += PassageVector.objects.filter(pk__in=pks).delete()[0]
    return deleted


def delete_vectors(model: str, recordings: Sequence[Recording] = ()) -> None:
    """Delete the vectors of a model, so that the next run makes them again."""
    vectors = PassageVector.objects.filter(model=model)
    (vectors.filter(passage__recording__in=recordings) if recordings else vectors).delete()


def hand_to_pgvector(model: str) -> bool:
    """Hand the vectors to pgvector, if the server has it; return whether it has."""
    if connection.vendor != "postgresql" or not pgvector.set_up():
        return False
    pgvector.fill()
    pgvector.index_vectors(model)
    return True


def _store(model: str, vectors: dict[int, bytes]) -> None:
    """Store the vectors of passages that still exist, but keep those that another process has stored first."""
    with transaction.atomic():
        existing = IndexedPassage.objects.select_for_update(no_key=True).filter(pk__in=vectors)
        PassageVector.objects.bulk_create(
            (
                PassageVector(passage_id=pk, model=model, dimensions=len(vectors[pk]) // 4, vector=vectors[pk])
                for pk in existing.values_list("pk", flat=True)
            ),
            ignore_conflicts=True,
        )
