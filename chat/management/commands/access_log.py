"""``manage.py access_log``."""

from __future__ import annotations

import re
import time
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from typing_extensions import override

from chat.management.site_command import SiteCommand
from chat.models.access.lines import sealed_lines, unsealed_lines

LOOK_SECONDS = 1.0
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment(text: str) -> datetime:
    """Return the time that an age (30m, 1h, 7d) or ISO 8601 names, which is one in TIME_ZONE without an offset."""
    if match := re.fullmatch(r"(\d{1,6})([mhd])", text):
        return timezone.now() - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        named = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is neither an age (30m, 1h, 7d) nor a time (2026-03-01T09:00)") from None
    return named if named.tzinfo else timezone.make_aware(named, timezone.get_default_timezone())


class Command(SiteCommand):
    """The command line of ``chat.models.access.lines``."""

    help = "Print the log of accesses as lines of JSON, first the sealed events in the order of the chain."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=moment, required=True, help="30m, 1h, 7d or a time as 2026-03-01T09:00")
        parser.add_argument(
            "--after", type=int, default=0, metavar="NUMBER", help="only what was sealed after this one"
        )
        parser.add_argument("--follow", action="store_true", help="go on with new events, each once it is sealed")

    @override
    def handle(self, *args: Any, since: datetime, after: int, follow: bool, **options: Any) -> None:
        after = self._print(since, after)
        if not follow:
            for line in unsealed_lines(since):
                self.stdout.write(line)
        with suppress(KeyboardInterrupt):
            while follow:
                time.sleep(LOOK_SECONDS)
                after = self._print(since, after)

    def _print(self, since: datetime, after: int) -> int:
        for number, line in sealed_lines(since, after):
            self.stdout.write(line)
            after = number
        self.stdout.flush()
        return after
