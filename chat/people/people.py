"""The people of the site as administrators see them: a list with a search, and one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import Group, User
from django.db.models import Count, Max, Q, QuerySet

from ..accounts.devices import live_devices
from ..display import shown
from ..models import REVIEWERS, AccessEvent, ApiToken, DailyBudget, LoginSession

EVENTS = 20
"""Events on the page of a person, the latest first."""


@dataclass(frozen=True)
class Person:
    """A user with what their row shows: when they were last seen, on how many devices, what they may do and use."""

    user: User
    seen_at: datetime | None = None
    devices: int = 0
    roles: Sequence[str] = field(default_factory=list)
    budget: DailyBudget | None = None

    @property
    def name(self) -> str:
        """The full name, or else the user name."""
        return shown(self.user.get_full_name() or self.user.get_username())


def found(text: str) -> QuerySet[User]:
    """Return the users whose user name, name or e-mail address has these words, in the order of their user names."""
    users = User.objects.order_by("username")
    for word in text.split():
        users = users.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
        )
    return users


def people(users: Iterable[User]) -> list[Person]:
    """Return users with what their rows show, in four queries for any number."""
    users = list(users)
    keys = [user.pk for user in users]
    logins = LoginSession.objects.filter(user__in=keys, api_token=None).order_by()
    seen = dict(logins.values_list("user").annotate(at=Max("seen_at")))
    devices = dict(live_devices(keys).order_by().values_list("user").annotate(n=Count("pk")))
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for key, name in Group.objects.filter(user__in=keys).order_by("name").values_list("user", "name"):
        groups[key].append(name)
    budgets = DailyBudget.of_users(keys)
    return [
        Person(
            user,
            seen.get(user.pk) or user.last_login,
            devices.get(user.pk, 0),
            _roles(user, groups[user.pk]),
            budgets.get(user.pk),
        )
        for user in users
    ]


def tokens_of(user: User) -> int:
    """Return how many programs may act for a user."""
    return ApiToken.objects.of(user.pk).count()


def events_of(user: User) -> Sequence[AccessEvent]:
    """Return the latest changes of the account and the rights of a user."""
    return list(AccessEvent.objects.of_member(user.pk)[:EVENTS])


def _roles(user: User, groups: Sequence[str]) -> list[str]:
    """Return what a user may do, in words."""
    roles = ["administrator"] * user.is_superuser + ["staff"] * (user.is_staff and not user.is_superuser)
    roles += ["reviewer"] * (REVIEWERS in groups)
    return [*roles, *(shown(name) for name in groups if name != REVIEWERS)]
