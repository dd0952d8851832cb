"""The groups of a user whom a trusted proxy has signed in, as a header of the proxy lists them."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest

from ..models import REVIEWERS
from .forwarded_user import forwarded


def join_forwarded_groups(request: HttpRequest, user: User) -> None:
    """Put a user into the groups of this site that the proxy names, and take the user out of all others.

    Only the group of reviewers is not the proxy's to decide: each change of it is to be seen by everybody. A name that
    is no group of this site is ignored, until there is one. Without the header nothing changes.
    """
    named = forwarded(request).groups
    if named is None:
        return
    join_groups(user, Group.objects.exclude(name=REVIEWERS), named)


def join_groups(user: User, groups: QuerySet[Group], named: Collection[str]) -> None:
    """Put a user into those of these groups that are named, and take the user out of the others."""
    joined = set(groups.filter(user=user))
    wanted = set(groups.filter(name__in=named))
    if joined != wanted:
        user.groups.remove(*joined - wanted)
        user.groups.add(*wanted - joined)
