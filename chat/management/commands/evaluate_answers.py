"""``manage.py evaluate_answers``."""

from __future__ import annotations

import asyncio
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import override_settings
from typing_extensions import override

from chat.answers.evaluation import evaluate, share_answered
from chat.retrieval.evaluation import read_meetings, store
from chat.retrieval.scratch import scratch_database

from . import evaluate_retrieval


class Command(evaluate_retrieval.Command):
    """The command line of ``chat.answers.evaluation``, which leaves the team's recordings alone."""

    help = "Measure how well the embedded model quotes, with the questions of a QMSum file (JSON Lines)."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="QMSum meetings, one JSON object per line")
        parser.add_argument("--unanswerable", type=Path, help="questions that nothing answers, one JSON object a line")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    @override
    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        try:
            meetings = read_meetings(path)
            unanswerable = _questions(options["unanswerable"])
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None
        embedded = override_settings(CHAT_MODEL="embedded", CHAT_RETRIEVER="embedded", CHAT_EMBEDDED_WORDS_PER_SECOND=0)
        with embedded, scratch_database():
            questions = store(meetings)
            self._search()
            figures = asyncio.run(evaluate(questions))
            if unanswerable:
                figures["unanswerable, answered"] = asyncio.run(share_answered(unanswerable))
        setup = {"database": connection.vendor, "embeddings": settings.EMBEDDINGS or "none"}
        self._report({**setup, "questions": len(questions), **figures}, as_json=options["json"])

    @override
    def _report(self, figures: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            super()._report(figures, as_json=True)
            return
        for name, figure in figures.items():
            self.stdout.write(f"{name:<38} {figure:.3f}" if isinstance(figure, float) else f"{name:<38} {figure}")


def _questions(path: Path | None) -> list[str]:
    """Return the ``question`` of each line of a JSON Lines file. Raise ``OSError`` or ``ValueError``."""
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    try:
        return [str(json.loads(line)["question"]) for line in lines if line.strip()]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not a list of questions ({error!r})") from None
