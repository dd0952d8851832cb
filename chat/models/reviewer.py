"""Who may review: the members of one group, and nobody else."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import BigIntegerField, QuerySet

from .prepared import Prepared

REVIEWERS = "Reviewers"
"""The name of the group."""


def reviewers() -> QuerySet[User]:
    """Return the users who may review: the active members of the group.

    Nothing else counts. In particular, ``is_staff`` does not, and neither does a permission: superusers have all.
    """
    return User.objects.filter(is_active=True, groups__name=REVIEWERS)


def is_reviewer(user_id: int | None) -> bool:
    """Return whether a user may review; None is nobody."""
    return user_id is not None and bool(_active.fetch(user=user_id))


_active = Prepared(lambda user: reviewers().filter(pk=user).values_list("pk", flat=True), user=BigIntegerField())
