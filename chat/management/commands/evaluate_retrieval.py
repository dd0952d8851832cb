"""``manage.py evaluate_retrieval``: how well the right passages are found."""

from __future__ import annotations

import asyncio
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from chat.models import IndexedPassage
from chat.retrieval import Retriever, own_search, passage_vectors
from chat.retrieval.embeddings import EmbeddingFailed, embeddings
from chat.retrieval.evaluation import evaluate, read_meetings, store
from chat.retrieval.scratch import scratch_database


class Command(BaseCommand):
    """Measure retrieval on a QMSum file in a scratch database; the team's recordings are not touched."""

    help = "Measure how well the right passages are found, on the questions of a QMSum file (JSON lines)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, how many passages are looked at, and the form of the output."""
        parser.add_argument("path", type=Path, help="QMSum meetings, one JSON object a line")
        parser.add_argument("--limit", type=int, default=20, help="passages asked for each question (default: 20)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, path: Path, limit: int, **options: Any) -> None:
        """Print the figures of the database and the embeddings in use."""
        if limit < 1:
            raise CommandError("--limit must be at least 1")
        try:
            meetings = read_meetings(path)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None
        with scratch_database():
            questions = store(meetings)
            figures = asyncio.run(evaluate(self._search(), questions, limit=limit))
        told = {"database": connection.vendor, "embeddings": settings.EMBEDDINGS or "none", "questions": len(questions)}
        self._report({**told, **figures}, as_json=options["json"])

    def _search(self) -> Retriever:
        """The site's own search; an index elsewhere does not know the meetings. First it gets the vectors it needs."""
        if not settings.EMBEDDINGS:
            return own_search()
        try:
            endpoint = passage_vectors.RetryingEndpoint(embeddings())
            with tqdm(total=IndexedPassage.objects.count(), unit=" passages", disable=None, leave=False) as bar:
                for batch in passage_vectors.embed(endpoint):
                    bar.update(batch.stored + batch.refused)
            passage_vectors.finish(endpoint.endpoint.name)
        except (EmbeddingFailed, ImproperlyConfigured) as error:
            raise CommandError(f"The meetings cannot be embedded: {error}") from None
        return own_search()

    def _report(self, figures: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(figures))
            return
        for name, figure in figures.items():
            self.stdout.write(f"{name:<22} {figure:.3f}" if isinstance(figure, float) else f"{name:<22} {figure}")
