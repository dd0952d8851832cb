"""``manage.py hold``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError
from typing_extensions import override

from chat.management.site_command import SiteCommand
from chat.models import Collection, Hold, How, Refused, holding


class Command(SiteCommand):
    """The command line of ``chat.models.holding``."""

    help = "List, place and release legal holds: what one keeps can be deleted by nobody."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="list, place or release")
        actions.add_parser("list", help="print all holds")
        place = actions.add_parser("place", help="place a hold on a collection or on a user")
        place.add_argument("--reason", required=True, help="why, for administrators alone")
        release = actions.add_parser("release", help="release a hold, which stays in the list")
        for action in (place, release):
            action.add_argument("name", help="the name, which is shown to those who try to delete something")
            subject = action.add_mutually_exclusive_group(required=True)
            subject.add_argument("--collection", metavar="NAME")
            subject.add_argument("--user", metavar="USERNAME")

    @override
    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "list":
            for hold in Hold.objects.order_by("pk"):
                self.stdout.write(_line(hold))
            return
        subject = _subject(options["collection"], options["user"])
        try:
            hold = self._place(subject, **options) if action == "place" else self._release(subject, **options)
        except Refused as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(_line(hold))

    def _place(self, subject: Collection | User, *, name: str, reason: str, **_: Any) -> Hold:
        return holding.place(subject, name=name, reason=reason, actor=None, how=How.PROGRAM)

    def _release(self, subject: Collection | User, *, name: str, **_: Any) -> Hold:
        on = {"user": subject} if isinstance(subject, User) else {"collection": subject}
        hold = Hold.objects.standing().filter(name=name, **on).first()
        if hold is None:
            raise CommandError(f"No hold {name!r} is in force there. `hold list` prints all.")
        holding.release(hold, actor=None, how=How.PROGRAM)
        return Hold.objects.get(pk=hold.pk)


def _subject(collection: str | None, user: str | None) -> Collection | User:
    found = Collection.objects.filter(name=collection).first() if collection else None
    found_user = User.objects.filter(username=user).first() if user else None
    if subject := found or found_user:
        return subject
    raise CommandError(f"There is no {'collection' if collection else 'user'} {collection or user!r}.")


def _line(hold: Hold) -> str:
    kind = "user" if hold.user_id else "collection"
    placed = f"{hold.placed_at:%Y-%m-%d}{f' by {hold.placed_by}' if hold.placed_by else ''}"
    if hold.released_at is None:
        return f"{hold.name!r} on the {kind} {hold.subject!r}: in force since {placed}. {hold.reason!r}"
    released = f"{hold.released_at:%Y-%m-%d}{f' by {hold.released_by}' if hold.released_by else ''}"
    return f"{hold.name!r} on the {kind} {hold.subject!r}: placed {placed}, released {released}. {hold.reason!r}"
