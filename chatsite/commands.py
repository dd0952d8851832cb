"""Management commands as manage.py runs them: what stops one is told in one line, as a wrong setting is."""

from __future__ import annotations

import gc
import sys
from typing import Any

from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand, CommandError, SystemCheckError
from typing_extensions import override

from .event_loop import prefer_uvloop


class Commands(ManagementUtility):
    """All commands. Their errors begin with the name of the site, instead of the name of a class."""

    @override
    def execute(self) -> None:
        """Run the command. The serving process makes its event loops with uvloop, and collects no garbage at first."""
        if self.argv[1:2] == ["serve"]:
            prefer_uvloop()
            gc.disable()  # until it serves: see chat.serving.garbage
        super().execute()

    @override
    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Return a command that ends with a line of our style."""
        command = super().fetch_command(subcommand)
        execute = command.execute

        def run(*arguments: Any, **options: Any) -> Any:
            try:
                return execute(*arguments, **options)
            except CommandError as error:
                if options.get("traceback") or isinstance(error, SystemCheckError):
                    raise
                command.stderr.write(f"chatsite: {error}")
                sys.exit(error.returncode)

        command.execute = run  # type: ignore[method-assign]
        return command
