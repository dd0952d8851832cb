"""``manage.py restore FOLDER``, which is ``bin/restore FOLDER``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection
from typing_extensions import override

from chat.database.outage import UNAVAILABLE
from chat.management.site_command import NamedCommand
from chat.serving.serving_lock import ServingLock, Taken
from chat.upkeep.backup import BackupFailed
from chat.upkeep.restore import restore


class Command(NamedCommand):
    """The command line of ``chat.upkeep.restore``."""

    help = "Restore a folder that the command backup has written. Stop the site first."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="the folder that the command backup printed")

    @override
    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        lock = ServingLock()
        try:
            if connection.vendor == "sqlite":  # into PostgreSQL: only if it is empty, so none serves it
                lock.acquire(0)
            lines = restore(folder)
        except Taken:
            raise CommandError("Nothing was restored: the site is running. Stop it first.") from None
        except BackupFailed as error:
            raise CommandError(f"Nothing was restored: {error}.") from None
        except UNAVAILABLE as error:
            raise CommandError(f"Nothing was restored: the database cannot be used: {error}") from None
        finally:
            lock.release()
        self.stdout.write("\n".join(lines))
