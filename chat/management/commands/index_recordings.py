"""``manage.py index_recordings [RECORDING…]``."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from tqdm import tqdm
from typing_extensions import override

from chat.management.site_command import SiteCommand
from chat.models import Recording
from chat.retrieval import passage_vectors
from chat.retrieval.embeddings import EmbeddingFailed, embeddings

NOTHING_TO_DO = "EMBEDDINGS is not set, so there is nothing to do: an import has already indexed the full text."


class Command(SiteCommand):
    """The command line of ``chat.retrieval.passage_vectors``."""

    help = (
        "Embed every passage that has no vector of the model in EMBEDDINGS yet. This may be stopped at any moment; the"
        " next run continues."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("recordings", nargs="*", type=UUID, metavar="RECORDING", help="a uuid; default: all")
        parser.add_argument("--again", action="store_true", help="delete the vectors of this model first")

    @override
    def handle(self, *args: Any, recordings: Sequence[UUID], again: bool, **options: Any) -> None:
        """Embed the passages; exit with 1 if the endpoint fails."""
        if not settings.EMBEDDINGS:
            self.stdout.write(NOTHING_TO_DO)
            return
        try:
            endpoint = embeddings()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        chosen = self._chosen(recordings)
        if again:
            passage_vectors.delete_vectors(endpoint.name, chosen)
        lacking = passage_vectors.without_vector(endpoint.name, chosen).count()
        with tqdm(total=lacking, unit=" passages", disable=None, leave=False) as bar:
            retrying = passage_vectors.RetryingEndpoint(endpoint, pause=partial(self._pause, bar))
            stored, refused = self._embed(retrying, chosen, bar)
        removed = passage_vectors.delete_vectors_of_other_models(endpoint.name)
        has_pgvector = passage_vectors.hand_to_pgvector(endpoint.name)
        self.stdout.write(f"{stored} passages embedded by {endpoint.name}, {removed} vectors of other models removed.")
        if has_pgvector:
            self.stdout.write("pgvector searches them.")
        if refused:
            self.stderr.write(f"The endpoint refused {refused} passages; searches find these only by their words.")

    def _chosen(self, uuids: Sequence[UUID]) -> list[Recording]:
        recordings = list(Recording.objects.filter(uuid__in=uuids))
        unknown = set(uuids) - {recording.uuid for recording in recordings}
        if unknown:
            raise CommandError(f"There is no recording {', '.join(sorted(map(str, unknown)))}.")
        return recordings

    def _embed(
        self, endpoint: passage_vectors.RetryingEndpoint, recordings: Sequence[Recording], bar: tqdm[Any]
    ) -> tuple[int, int]:
        stored = refused = 0
        try:
            for batch in passage_vectors.embed(endpoint, recordings):
                stored += batch.stored
                refused += batch.refused
                bar.update(batch.stored + batch.refused)
        except EmbeddingFailed as error:
            bar.close()
            raise CommandError(
                f"{settings.EMBEDDINGS} made {stored} vectors and then failed: {error}. These vectors are stored; run"
                " this again to continue."
            ) from None
        return stored, refused

    def _pause(self, bar: tqdm[Any], seconds: float) -> None:
        bar.set_description(f"busy, waiting {seconds:.0f} s")
        time.sleep(seconds)
        bar.set_description("")
