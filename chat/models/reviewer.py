"""Who may review: the members of one group, and nobody else."""

from __future__ import annotations

from django.contrib.auth import get_user_model

REVIEWERS = "Reviewers"
"""The name of the group."""


def is_reviewer(user_id: int | None) -> bool:
    """Return whether a user may review: an active member of the group; None is nobody.

    Nothing else counts. In particular, ``is_staff`` does not, and neither does a permission: superusers have all.
    """
    reviewers = get_user_model().objects.filter(is_active=True, groups__name=REVIEWERS)
    return user_id is not None and reviewers.filter(pk=user_id).exists()
