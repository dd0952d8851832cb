"""``manage.py sign_in_link USERNAME``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError
from typing_extensions import override

from chat.accounts.sign_in_links import give_link
from chat.management.site_command import SiteCommand


class Command(SiteCommand):
    """The command line of ``sign_in_link``, which prints nothing but the link, so that it can be piped."""

    help = "Print a link that signs a user in, once, within an hour."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--base-url", default=settings.ORIGINS[0], help="default: %(default)s")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if settings.TRUSTED_PROXY:
            raise CommandError("A proxy signs in the users of this site (TRUSTED_PROXY), so sign-in links do not work.")
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            username = options["username"]
            raise CommandError(f"There is no user {username!r}. Add the user in the admin, or name another one")
        if not user.is_active:
            raise CommandError(f"The user {user.username!r} is not active.")
        self.stdout.write(give_link(user, options["base_url"]))
