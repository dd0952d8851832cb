"""Every change of an account is recorded at once, whether it is made on a page, in the admin or in a shell.

What only the database sees (SQL, and those methods of the ORM that send no signals) is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from django.contrib.auth.models import Group, User
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import receiver

from ..models import REVIEWERS, AccessEvent, How, Kind
from ..models.access.acting import who_acts

RIGHTS = ("is_active", "is_staff", "is_superuser")
_GROUPS = {"post_add": "added", "post_remove": "removed"}
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
        _record_making(instance)
        return
    for kind, details in _changes(before or {}, instance):
        record_account(kind, instance, details)
    if vars(instance).get("_password") is not None and (update_fields is None or "password" in update_fields):
        record_account(Kind.PASSWORD_CHANGED, instance)


def _record_making(user: User) -> None:
    """Record accounts that are made in the admin, and those with rights; other ways in record theirs themselves."""
    roles = {name: True for name in RIGHTS[1:] if getattr(user, name)}
    _, how = who_acts()
    if how == How.ADMIN or (roles and how == How.PROGRAM):
        record_account(Kind.ACCOUNT_MADE, user, roles)


@receiver(m2m_changed, sender=User.groups.through)
def _record_groups(instance: User | Group, action: str, reverse: bool, pk_set: set[int] | None, **_: Any) -> None:
    """Record the groups that a user gets or loses; who becomes a reviewer has an event of its own."""
    if action not in _GROUPS or not pk_set:
        return
    if reverse:
        changed = [(user, [cast(Group, instance).name]) for user in User.objects.filter(pk__in=pk_set).order_by("pk")]
    else:
        names = Group.objects.filter(pk__in=pk_set).order_by("name").values_list("name", flat=True)
        changed = [(cast(User, instance), list(names))]
    for user, groups in changed:
        if named := [name for name in groups if name != REVIEWERS]:
            record_account(Kind.GROUPS_CHANGED, user, {_GROUPS[action]: named})


@receiver(post_delete, sender=User)
def _record_deletion(instance: User, **_: Any) -> None:
    record_account(Kind.ACCOUNT_DELETED, instance)


def _changes(before: Mapping[str, bool], user: User) -> Iterator[tuple[Kind, dict[str, object]]]:
    changed = [name for name in RIGHTS if name in before and before[name] != getattr(user, name)]
    if "is_active" in changed:
        yield (Kind.ACCOUNT_ACTIVATED if user.is_active else Kind.ACCOUNT_DEACTIVATED), {}
    if roles := [name for name in changed if name != "is_active"]:
        yield Kind.ROLE_CHANGED, {name: getattr(user, name) for name in roles}
