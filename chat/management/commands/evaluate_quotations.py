"""``manage.py evaluate_quotations``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from chat.answers.planted import Planter, figures
from chat.models import Recording


class Command(BaseCommand):
    """The command line of ``chat.answers.planted``, which changes nothing."""

    help = "Plant true quotations and misquotations of the imported recordings, and count those that are flagged."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=100, help="how many of both (default: 100)")
        parser.add_argument("--seed", type=int, default=1, help="another seed plants others (default: 1)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    @override
    def handle(self, *args: Any, count: int, seed: int, **options: Any) -> None:
        recordings = Recording.objects.prefetch_related("segments")
        library = [(recording, list(recording.segments.all())) for recording in recordings]
        try:
            rows = figures(Planter(library, seed), count)
        except ValueError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        self.stdout.write(f"{'planted':<36}{'count':>7}{'flagged':>9}{'ms':>8}")
        for row in rows:
            self.stdout.write(f"{row['planted']:<36}{row['count']:>7}{row['flagged']:>9}{row['ms']:>8.2f}")
