"""What belongs to a user: what goes with the account, and what stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q

from ..accounts.devices import live_devices
from ..conversations.deletion import erasure
from ..display import shown
from ..models import ApiToken, Collection, Conversation, Membership, ReviewLabel, Role, Turn, holds_over, kept_under

NAMED = 5
"""Most collections that a sentence names."""


@dataclass(frozen=True)
class Belongings:
    """Sentences about what is deleted with an account, and about what stays."""

    going: Sequence[str]
    staying: Sequence[str]


def belongings_of(user: User) -> Belongings:
    """Return what goes and what stays if the account of a user is deleted."""
    return Belongings([*_going(user)], [*_staying(user)])


def kept(user: User) -> str:
    """Return which legal holds keep a user or a conversation of theirs, in words; empty if none does."""
    names = holds_over(User.objects.filter(pk=user.pk))
    return kept_under(names) if names else ""


def _going(user: User) -> Iterator[str]:
    conversations = Conversation.objects.of(user.pk).count()
    turns = Turn.objects.of(user.pk).count()
    if conversations:
        questions = _count(turns, "question")
        yield f"{_count(conversations, 'conversation')} with {questions}, their answers, sources, thumbs and labels."
        yield f"Nobody can open them any more. {erasure('Their')}"
    if tokens := ApiToken.objects.of(user.pk).count():
        yield f"{_count(tokens, 'API token')}: the programs that use them are refused."
    if devices := live_devices([user.pk]).count():
        yield f"The sign-ins on {_count(devices, 'device')}. A running answer ends."
    if names := list(Membership.objects.filter(user=user).values_list("collection__name", flat=True)):
        yield f"The membership of {_named(sorted(names))}."


def _staying(user: User) -> Iterator[str]:
    yield "Recordings: they belong to their collections, not to a person."
    if names := _managed_alone(user):
        yield f"Nobody manages {_named(names)} then. An administrator can name somebody, now or later."
    if labels := ReviewLabel.objects.filter(reviewer=user).count():
        yield f"{_count(labels, 'label')} given as a reviewer, without the name."
    yield "The record of who has read what, and of changes of rights: it keeps the user name as it was at that time."
    yield "Backups that were made before."


def _managed_alone(user: User) -> list[str]:
    """Return the names of the collections that nobody else manages, alone or in a group."""
    other_users = User.objects.filter(is_active=True).exclude(pk=user.pk)
    managing = Membership.objects.filter(role=Role.MANAGE, collection=OuterRef("pk"))
    others = managing.filter(Q(user__in=other_users) | Q(group__user__in=other_users))
    managed = Collection.objects.managed_by(user.pk).filter(~Exists(others))
    return list(managed.order_by("name").values_list("name", flat=True))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _named(names: Sequence[str]) -> str:
    quoted = [f"“{shown(name)}”" for name in names[:NAMED]]
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    parts = [*quoted, *more]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
