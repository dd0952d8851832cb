"""``manage.py purge``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from tqdm import tqdm
from typing_extensions import override

from chat.management.site_command import SiteCommand
from chat.models import removals
from chat.upkeep import purge

LOG_IN_USE = "SQLite's write-ahead log is in use and may still contain removed data; run this again to empty it."


class Command(SiteCommand):
    """The command line of ``chat.upkeep.purge``."""

    help = (
        "Permanently remove conversations that were deleted, or had no question for CHAT_RETENTION_DAYS (0 keeps them)"
        " or as long as their collections say, recordings that are too old for their collection,"
        " ended login sessions, expired sessions, old sign-in attempts and links. May be run, and killed, at any time."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only print what would be removed")
        parser.add_argument("--vacuum", action="store_true", help="SQLite: also rewrite the database file, smaller")

    @override
    def handle(self, *args: Any, dry_run: bool, vacuum: bool, **options: Any) -> None:
        expected = purge.preview()
        if dry_run:
            self.stdout.write(f"Would remove {expected}.")
            for removal in removals():
                self.stdout.write(f"By the retention of {removal}.")
            return
        with tqdm(total=expected.conversations, unit=" conversations", disable=None, leave=False) as bar:
            removed = purge.purge(bar.update, by_hand=True)
        if vacuum:
            purge.rewrite()
        is_empty = purge.empty_log()
        self.stdout.write(f"Removed {removed}.")
        if not is_empty:
            self.stderr.write(LOG_IN_USE)
