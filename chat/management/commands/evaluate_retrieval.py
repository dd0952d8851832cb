"""``manage.py evaluate_retrieval``."""

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
from typing_extensions import override

from chat.models import IndexedPassage
from chat.retrieval import Retriever, own_search, passage_vectors
from chat.retrieval.embeddings import EmbeddingFailed, embeddings
from chat.retrieval.evaluation import evaluate, evaluate_refusals, read_meetings, read_unanswerable, store
from chat.retrieval.scratch import scratch_database


class Command(BaseCommand):
    """The command line of ``chat.retrieval.evaluation``, which leaves the team's recordings alone."""

    help = "Measure how well the search finds the right passages, with the questions of a QMSum file (JSON Lines)."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="QMSum meetings, one JSON object per line")
        parser.add_argument("--limit", type=int, default=20, help="passages to retrieve per question (default: 20)")
        parser.add_argument(
            "--unanswerable",
            type=Path,
            metavar="FILE",
            help="measure refusals too, with questions that nothing answers",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    @override
    def handle(self, *args: Any, path: Path, limit: int, unanswerable: Path | None, **options: Any) -> None:
        if limit < 1:
            raise CommandError("--limit must be at least 1")
        try:
            meetings = read_meetings(path)
            in_vain = read_unanswerable(unanswerable) if unanswerable else []
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None
        with scratch_database():
            questions = store(meetings)
            search = self._search()
            figures: dict[str, Any] = asyncio.run(evaluate(search, questions, limit=limit))
            if in_vain:
                passages = settings.CHAT_PASSAGES
                figures |= asyncio.run(evaluate_refusals(search, questions, in_vain, limit=passages))
        setup = {"database": connection.vendor, "embeddings": settings.EMBEDDINGS or "none"}
        self._report({**setup, "questions": len(questions), **figures}, as_json=options["json"])

    def _search(self) -> Retriever:
        """Return the site's own search, with the vectors that it needs; a remote index does not have the meetings."""
        if not settings.EMBEDDINGS:
            return own_search()
        try:
            endpoint = passage_vectors.RetryingEndpoint(embeddings())
            with tqdm(total=IndexedPassage.objects.count(), unit=" passages", disable=None, leave=False) as bar:
                for batch in passage_vectors.embed(endpoint):
                    bar.update(batch.stored + batch.refused)
            passage_vectors.hand_to_pgvector(endpoint.endpoint.name)
        except (EmbeddingFailed, ImproperlyConfigured) as error:
            raise CommandError(f"Cannot embed the meetings: {error}") from None
        return own_search()

    def _report(self, figures: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(figures))
            return
        for name, figure in figures.items():
            self.stdout.write(f"{name:<24} {figure:.3f}" if isinstance(figure, float) else f"{name:<24} {figure}")
