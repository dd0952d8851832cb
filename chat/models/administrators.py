"""Administrators: the users who may do everything in the admin, of whom one always stays."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import QuerySet

from .refusal import InvalidRequest

LAST = "This is the last administrator. Make somebody else one first: nobody could administer the site any more."


def administrators() -> QuerySet[User]:
    """Return the users who are administrators by the database; a trusted proxy may name others (``ADMIN_EMAILS``)."""
    return User.objects.filter(is_superuser=True, is_active=True)


def nobody_administrates_without(leaving: Iterable[User]) -> bool:
    """Return whether these users are all the administrators that there are."""
    keys = set(administrators().values_list("pk", flat=True))
    return bool(keys) and keys <= {user.pk for user in leaving}


def keep_an_administrator(leaving: User) -> None:
    """Raise ``InvalidRequest`` if nobody administrates without this user. Call it in the transaction of the change.

    The rows are locked until it ends: two administrators cannot send one another away at the same moment.
    """
    keys = list(administrators().select_for_update().order_by("pk").values_list("pk", flat=True))
    if keys == [leaving.pk]:
        raise InvalidRequest(LAST)


def is_below(user: User, actor: User) -> bool:
    """Return whether one user may lock out another: administrators only administrators."""
    return actor.is_superuser or not user.is_superuser
