"""The base class of commands that work on the site's data."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from typing_extensions import override

from chat.upkeep.preparation import count_unapplied_migrations, is_new_database, prepare

UNPREPARED = "The database is not prepared for this version of the site. Run manage.py prepare first (bin/run does it)."


class NamedCommand(BaseCommand):
    """A command that a program in ``bin/`` may run; its help has the name of this program."""

    @override
    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        program = os.environ.get("STARTED_BY", "")
        parser.prog = {"": parser.prog, "bin/manage": f"bin/manage {subcommand}"}.get(program, program)
        return parser


class SiteCommand(NamedCommand):
    """A command that fails with one line that says what to do if the database is not prepared or does not answer."""

    requires_migrations_checks = True
    prepares = False
    """Whether the command first prepares a site that has no database yet."""

    @override
    def check_migrations(self) -> None:
        """Raise ``CommandError`` if the database lacks migrations, where Django only warns, or does not answer."""
        try:
            if self.prepares and is_new_database():
                self.stdout.write("\n".join(prepare()))
            is_prepared = not count_unapplied_migrations()
        except OperationalError as error:
            reason = next(iter(str(error).splitlines()), "no answer")
            raise CommandError(f"The database does not answer: {reason}") from error
        if not is_prepared:
            raise CommandError(UNPREPARED)
