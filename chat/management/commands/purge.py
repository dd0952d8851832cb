"""``manage.py purge``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from tqdm import tqdm

from chat.management.site_command import SiteCommand
from chat.upkeep import purge

LOG_IN_USE = "SQLite's write-ahead log is in use and may still repeat what was removed; run this again to empty it."


class Command(SiteCommand):
    """Thin: see ``chat.upkeep.purge``."""

    help = (
        "Remove for good: conversations that were deleted, or in which nothing was asked for CHAT_RETENTION_DAYS (0"
        " keeps them), ended login sessions, expired sessions, old sign-in attempts. May be run, and killed, any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to remove at all, and how thoroughly."""
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
        parser.add_argument("--vacuum", action="store_true", help="SQLite: also write the database file anew, smaller")

    def handle(self, *args: Any, dry_run: bool, vacuum: bool, **options: Any) -> None:
        """Purge, and say what went."""
        found = purge.preview()
        if dry_run:
            self.stdout.write(f"Would remove {found}.")
            return
        with tqdm(total=found.conversations, unit=" conversations", disable=None, leave=False) as bar:
            removed = purge.purge(bar.update)
        if vacuum:
            purge.rewrite()
        is_empty = purge.empty_log()
        self.stdout.write(f"Removed {removed}.")
        if not is_empty:
            self.stderr.write(LOG_IN_USE)
