"""``manage.py load_demo``."""

from __future__ import annotations

from typing import Any

from chat.management.site_command import SiteCommand
from chat.upkeep.demo import load


class Command(SiteCommand):
    """Thin: see ``chat.upkeep.demo``."""

    help = "Load the demo's three recordings and its user, where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say how to come in."""
        user = load()
        self.stdout.write(f"The demo is loaded. manage.py sign_in_link {user.get_username()} prints a way in.")
