"""``manage.py sign_in_link USERNAME``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError

from chat.accounts.sign_in_links import sign_in_link
from chat.management.site_command import SiteCommand


class Command(SiteCommand):
    """Print a link that signs a user in."""

    help = "Print a link that signs a user in, once, within an hour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The user's name, and where the site is reached."""
        parser.add_argument("username")
        parser.add_argument("--base-url", default=settings.ORIGINS[0], help="default: %(default)s")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the link alone, so that it can be piped."""
        if settings.TRUSTED_PROXY:
            raise CommandError("The proxy of this site says who comes in (TRUSTED_PROXY); links are of no use here.")
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']!r}. Make one: manage.py createsuperuser")
        if not user.is_active:
            raise CommandError(f"The user {user.username!r} is not active.")
        self.stdout.write(sign_in_link(user, options["base_url"]))
