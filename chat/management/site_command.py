"""The base class of commands that work on the site's data."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from typing_extensions import override

from chat.upkeep.preparation import count_unapplied_migrations

UNPREPARED = "The database is not prepared for this version of the site. Run manage.py prepare first (bin/run does it)."


class SiteCommand(BaseCommand):
    """A command that fails with one line that says what to do if the database is not prepared or does not answer."""

    requires_migrations_checks = True

    @override
    def check_migrations(self) -> None:
        """Raise ``CommandError`` if the database lacks migrations, where Django only warns, or does not answer."""
        try:
            is_prepared = not count_unapplied_migrations()
        except OperationalError as error:
            reason = next(iter(str(error).splitlines()), "no answer")
            raise CommandError(f"The database does not answer: {reason}") from error
        if not is_prepared:
            raise CommandError(UNPREPARED)
