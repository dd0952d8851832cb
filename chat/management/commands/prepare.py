"""``manage.py prepare``: what a start does before it serves."""

from typing import Any

from django.core.management.base import BaseCommand

from chat.upkeep.preparation import prepare


class Command(BaseCommand):
    """Thin: see ``chat.upkeep.preparation``."""

    help = "Bring the database and the static files up to date and load the demo into an empty database."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, and print what there is to know."""
        for line in prepare():
            self.stdout.write(line)
