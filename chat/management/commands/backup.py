"""``manage.py backup FOLDER``, which is ``bin/backup FOLDER``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from typing_extensions import override

from chat.management.site_command import NamedCommand
from chat.upkeep.backup import BackupFailed, audio_elsewhere, back_up


class Command(NamedCommand):
    """The command line of ``chat.upkeep.backup``."""

    help = "Write the database, the audio and the secret key into a new folder in FOLDER, also while the site runs."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder outside of the repository")

    @override
    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            made = back_up(folder)
        except BackupFailed as error:
            raise CommandError(f"No backup was made: {error}.") from None
        self.stdout.write(str(made))
        if elsewhere := audio_elsewhere():
            self.stderr.write(elsewhere)
