"""``manage.py load_demo``."""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from chat.management.site_command import SiteCommand
from chat.upkeep.demo import load


class Command(SiteCommand):
    """The command line of ``chat.upkeep.demo``."""

    help = "Load the demo's three recordings and its user, where they are missing."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        user = load()
        self.stdout.write(f"The demo is loaded. To sign in, run: bin/manage sign_in_link {user.get_username()}")
