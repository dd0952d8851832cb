"""Who may review: the members of one group, and nobody else."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import QuerySet

REVIEWERS = "Reviewers"
"""The name of the group."""


def reviewers() -> QuerySet[User]:
    """Return the users who may review: the active members of the group.

    Nothing else counts. In particular, ``is_staff`` does not, and neither does a permission: superusers have all.
    """
    return User.objects.filter(is_active=True, groups__name=REVIEWERS)


def is_reviewer(user_id: int | None) -> bool:
    """Return whether a user may review; None is nobody."""
    return user_id is not None and reviewers().filter(pk=user_id).exists()
