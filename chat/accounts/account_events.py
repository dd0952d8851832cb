"""Every change of an account is recorded at once, whether it is made on a page, in the admin or in a shell.

What only the database sees (SQL, and those methods of the ORM that send no signals) is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver

from ..models import AccessEvent, Kind
from ..models.access.acting import who_acts

RIGHTS = ("is_active", "is_staff", "is_superuser")
_BEFORE = "_rights_before"


def record_account(kind: Kind, user: User, details: Mapping[str, object] | None = None, reason: str = "") -> None:
    """Record a change of an account, made by who acts at the moment, in the transaction of the change."""
    actor, how = who_acts()
    AccessEvent.objects.record_member(
        kind, actor=actor, how=how, member_id=user.pk, member_name=user.get_username(), details=details, reason=reason
    )


@receiver(pre_save, sender=User)
def _note_rights(instance: User, update_fields: Collection[str] | None, **_: Any) -> None:
    if instance.pk and (update_fields is None or set(RIGHTS) & set(update_fields)):
        before = User.objects.filter(pk=instance.pk).values(*RIGHTS).first()
        setattr(instance, _BEFORE, before)


@receiver(post_save, sender=User)
def _record_changes(instance: User, created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    before = vars(instance).pop(_BEFORE, None)
    if created:
        return
    for kind, details in _changes(before or {}, instance):
        record_account(kind, instance, details)
    if vars(instance).get("_password") is not None and (update_fields is None or "password" in update_fields):
        record_account(Kind.PASSWORD_CHANGED, instance)


@receiver(post_delete, sender=User)
def _record_deletion(instance: User, **_: Any) -> None:
    record_account(Kind.ACCOUNT_DELETED, instance)


def _changes(before: Mapping[str, bool], user: User) -> Iterator[tuple[Kind, dict[str, object]]]:
    changed = [name for name in RIGHTS if name in before and before[name] != getattr(user, name)]
    if "is_active" in changed:
        yield (Kind.ACCOUNT_ACTIVATED if user.is_active else Kind.ACCOUNT_DEACTIVATED), {}
    if roles := [name for name in changed if name != "is_active"]:
        yield Kind.ROLE_CHANGED, {name: getattr(user, name) for name in roles}
