"""``manage.py forget_identity USER``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError
from typing_extensions import override

from chat.management.site_command import SiteCommand, user_named


class Command(SiteCommand):
    """The command line of ``forget_identity``, for people who have got another identity at the provider."""

    help = "Forget with which identity of the provider a user signs in: the next one with their address becomes theirs."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", nargs="?", help="the user name or the e-mail address")
        parser.add_argument("--all", action="store_true", help="forget those of all users, as for another client id")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SSO_OIDC_ISSUER:
            raise CommandError("There is no single sign-on: SSO_OIDC_ISSUER is not set.")
        if bool(options["user"]) == options["all"]:
            raise CommandError("Name a user, or give --all.")
        from chat.sso.coming_in import forget

        users = User.objects.all() if options["all"] else User.objects.filter(pk=user_named(options["user"]).pk)
        count = forget(users)
        self.stdout.write(f"{count} {'identity was' if count == 1 else 'identities were'} forgotten.")
