"""``manage.py verify_access_log``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from typing_extensions import override

from chat.management.site_command import SiteCommand
from chat.models.access.verification import Verification


class Command(SiteCommand):
    """The command line of ``chat.models.access.verification``."""

    help = (
        "Verify the log of accesses: name each event that was changed, added later, reordered or is missing. Print how"
        " many are not sealed yet and the latest hash: keep it elsewhere, and pass it to --expect the next time."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--expect", metavar="HASH", default="", help="a hash that this command has printed before")

    @override
    def handle(self, *args: Any, expect: str, **options: Any) -> None:
        result = Verification(expected=expect.strip().lower()).run()
        for sentence in result.breaks:
            self.stdout.write(sentence)
        self.stdout.write(f"{result.sealed} events are sealed, {result.not_sealed} are not yet.")
        if result.sealed:
            self.stdout.write(f"The latest seal is {result.number}: {result.hash}")
        if result.breaks:
            raise CommandError(f"The log of accesses was changed: {len(result.breaks)} findings, above.")
