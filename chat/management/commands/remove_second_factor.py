"""``manage.py remove_second_factor USER``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from typing_extensions import override

from chat.accounts.second_factors import are_offered
from chat.management.site_command import SiteCommand, user_named


class Command(SiteCommand):
    """The command line of ``remove_second_factor``, for an administrator who has lost their own."""

    help = "Remove the second factors of a user who has lost them, and their recovery codes."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the user name or the e-mail address")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if not are_offered():
            raise CommandError("Nobody is asked for a second factor: SECOND_FACTOR is off.")
        from chat.second_factor.factors import remove_all_factors
        from chat.second_factor.notices import Notice

        user = user_named(options["user"])
        count = remove_all_factors(user, Notice())
        name = user.get_username()
        self.stdout.write(f"{name} had no second factor." if not count else f"{name} signs in without one now.")
