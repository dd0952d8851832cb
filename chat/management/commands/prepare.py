"""``manage.py prepare``: the preparation that every start runs before it serves."""

from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from typing_extensions import override

from chat.database.outage import first_line
from chat.management.site_command import CheckedCommand
from chat.upkeep.preparation import NewerDatabase, prepare


class Command(CheckedCommand):
    """The command line of ``chat.upkeep.preparation``."""

    help = "Bring the database and the static files up to date and load the demo into an empty database."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = prepare()
        except NewerDatabase as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            raise CommandError(f"The database of DATABASE_URL cannot be used: {first_line(error)}") from None
        for line in lines:
            self.stdout.write(line)
