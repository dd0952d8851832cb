"""The base classes of our commands, which report what is wrong in one line each."""

from __future__ import annotations

import os
from typing import Any

from django.contrib.auth.models import User
from django.core.checks import CheckMessage, run_checks
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, OperationalError
from django.db.models import Q
from typing_extensions import override

from chat.database.outage import first_line
from chat.upkeep.preparation import NewerDatabase, count_unapplied_migrations, is_new_database, prepare

UNPREPARED = "The database is not prepared for this version of the site. Run bin/manage prepare (bin/run does it)."


class CheckedCommand(BaseCommand):
    """A command that checks the settings first, and reports each problem in one line with its remedy."""

    requires_system_checks = ["chat"]

    @override
    def check(self, *args: Any, **options: Any) -> None:
        """Print the warnings of our checks, and raise ``CommandError`` with their errors."""
        messages = run_checks(tags=["chat"])
        for message in messages:
            if not message.is_serious():
                self.stderr.write(f"Warning: {_line(message)}")
        if errors := [_line(message) for message in messages if message.is_serious()]:
            raise CommandError("\n".join(errors))


class NamedCommand(CheckedCommand):
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
        except NewerDatabase as error:
            raise CommandError(str(error)) from None
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {first_line(error)}") from error
        except DatabaseError as error:
            raise CommandError(f"The database of DATABASE_URL cannot be used: {first_line(error)}") from error
        if not is_prepared:
            raise CommandError(UNPREPARED)


def user_named(name: str) -> User:
    """Return the user with this name or e-mail address. Raise ``CommandError`` unless there is just one."""
    found = list(User.objects.filter(Q(username=name) | Q(email__iexact=name)).order_by("pk")[:2])
    if not found:
        raise CommandError(f"There is no user with the name or address {name!r}.")
    if len(found) > 1:
        raise CommandError(f"Several users are meant by {name!r}: {', '.join(map(str, found))}. Give a user name.")
    return found[0]


def _line(message: CheckMessage) -> str:
    return " ".join(filter(None, (message.msg, message.hint, f"({message.id})")))
