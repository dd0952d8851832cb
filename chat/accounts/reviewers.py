"""Every change of who may review is recorded at once, whether it is made in the admin, by a setting or in a shell.

What only the database sees (SQL, and those methods of the ORM that send no signals) is recorded within minutes, by
``record_unnoticed``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import receiver

from ..models import REVIEWERS, ListedReviewer, SealLease
from ..models.reviewer_changes import Change, record_changes, record_group_change, unrecorded


def follow_setting() -> None:
    """Let the group follow ``REVIEWER_EMAILS``, which counts where a trusted proxy vouches for the addresses."""
    ListedReviewer.follow(settings.REVIEWER_EMAILS if settings.TRUSTED_PROXY else [])


def follow_setting_for(user: User) -> None:
    """Do the same for one user, whose address may have changed."""
    ListedReviewer.follow(settings.REVIEWER_EMAILS, User.objects.filter(pk=user.pk))


def record_unnoticed(owner: str, seen: set[Change]) -> set[Change]:
    """Record changes that nobody has noticed and that were ``seen`` before; return those that are seen now.

    A change that is being recorded elsewhere at this moment is not seen twice. One process at a time does this, under
    the lease for seals.
    """
    found = unrecorded()
    if found & seen and SealLease.take(owner):
        with transaction.atomic():
            if SealLease.renew(owner) and unrecorded() & seen:
                record_changes()
    return found


@receiver(m2m_changed, sender=User.groups.through)
def _membership_changed(action: str, **_: Any) -> None:
    if action.startswith("post_"):
        record_changes()


@receiver(post_save, sender=User)
def _account_changed(created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    if not created and (update_fields is None or "is_active" in update_fields):
        record_changes()


@receiver(post_delete, sender=User)
def _account_deleted(**_: Any) -> None:
    record_changes()


@receiver(pre_save, sender=Group)
def _group_renamed(instance: Group, **_: Any) -> None:
    before = Group.objects.filter(pk=instance.pk).values_list("name", flat=True).first() if instance.pk else None
    if before and before != instance.name and REVIEWERS in (before, instance.name):
        record_group_change(f"The group “{before}” got the name “{instance.name}”.")


@receiver(post_save, sender=Group)
def _group_changed(instance: Group, created: bool, **_: Any) -> None:
    if created and instance.name == REVIEWERS:
        record_group_change("The group was created.")
    record_changes()


@receiver(post_delete, sender=Group)
def _group_deleted(instance: Group, **_: Any) -> None:
    if instance.name == REVIEWERS:
        record_group_change("The group was deleted.")
        record_changes()


@receiver(m2m_changed, sender=Group.permissions.through)
def _permissions_changed(instance: Any, action: str, **_: Any) -> None:
    if action in ("post_add", "post_remove", "post_clear") and getattr(instance, "name", "") == REVIEWERS:
        record_group_change("The permissions of the group were changed.")
