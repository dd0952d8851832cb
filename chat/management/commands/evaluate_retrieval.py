"""``manage.py evaluate_retrieval``: how well the right passages are found."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from chat.retrieval import retriever
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
        """Print the figures of the database in use."""
        if limit < 1:
            raise CommandError("--limit must be at least 1")
        try:
            meetings = read_meetings(path)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None
        with scratch_database():
            questions = store(meetings)
            figures = evaluate(retriever(), questions, limit=limit)
        self._report({"database": connection.vendor, "questions": len(questions), **figures}, as_json=options["json"])

    def _report(self, figures: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(figures))
            return
        for name, figure in figures.items():
            self.stdout.write(f"{name:<22} {figure:.3f}" if isinstance(figure, float) else f"{name:<22} {figure}")
