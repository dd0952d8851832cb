"""``manage.py prepare``: the preparation that every start runs before it serves."""

from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from chat.upkeep.preparation import prepare


class Command(BaseCommand):
    """The command line of ``chat.upkeep.preparation``."""

    help = "Bring the database and the static files up to date and load the demo into an empty database."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        for line in prepare():
            self.stdout.write(line)
