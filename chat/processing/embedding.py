"""The last step: the files are deleted, and the passages get vectors, if the site has an endpoint for them."""

from __future__ import annotations

import time

from django.conf import settings

from ..models import Recording
from ..retrieval import passage_vectors
from ..retrieval.embeddings import embeddings
from .leftovers import delete_files
from .work import Work, kept, rest


def embed(work: Work) -> None:
    """Delete the files, embed what has no vector yet, and end the job. Raise ``EmbeddingFailed``.

    The recording has its own: what is withdrawn or erased from it must not stay here until an endpoint answers.
    """
    delete_files(work.job)
    if settings.EMBEDDINGS and work.job.recording:
        _embed(work, work.job.recording)
    kept(work.job.advance())


def _embed(work: Work, recording: Recording) -> None:
    endpoint, done = embeddings(), 0
    total = passage_vectors.without_vector(endpoint.name, [recording]).count()
    retrying = passage_vectors.RetryingEndpoint(endpoint, pause=lambda seconds: _pause(work, seconds))
    for batch in passage_vectors.embed(retrying, [recording]):
        done += batch.stored + batch.refused
        work.report(done / max(done, total))
    passage_vectors.hand_to_pgvector(endpoint.name)


def _pause(work: Work, seconds: float) -> None:
    """Wait for a busy endpoint, without a connection to the database."""
    rest()
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 1.0))
        work.report(work.share)
