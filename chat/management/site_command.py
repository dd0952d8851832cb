"""What the commands that work on the site's data have in common."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from chat.upkeep.preparation import count_unapplied_migrations

UNPREPARED = "The database is not prepared for this version of the site. Run manage.py prepare first (bin/run does it)."


class SiteCommand(BaseCommand):
    """Says what to do, in a line, when the database is not prepared or does not answer."""

    requires_migrations_checks = True

    def check_migrations(self) -> None:
        """Called before the command is. Raises ``CommandError``."""
        try:
            is_prepared = not count_unapplied_migrations()
        except OperationalError as error:
            reason = next(iter(str(error).splitlines()), "no answer")
            raise CommandError(f"The database does not answer: {reason}") from error
        if not is_prepared:
            raise CommandError(UNPREPARED)
