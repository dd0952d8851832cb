"""Recovery codes: each opens the account once, for who has lost the other factors."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from .adapter import Unreadable


def _rows(user: User) -> Any:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)


def count_unused(user: User) -> int:
    """Return how many codes a user can still use."""
    row = _rows(user).first()
    try:
        return len(row.wrap().get_unused_codes()) if row else 0
    except Unreadable:
        return 0


@transaction.atomic
def make_codes(user: User) -> list[str]:
    """Make new codes, and return them; those from before no longer work."""
    User.objects.select_for_update().get(pk=user.pk)  # or two requests could both make them
    _rows(user).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


@transaction.atomic
def use_recovery_code(user: User, code: str) -> bool:
    """Use up a code; return False if it is wrong or has been used."""
    row = _rows(user).select_for_update().first()
    try:
        is_right = row is not None and row.wrap().validate_code(code)
    except Unreadable:
        is_right = False
    if not is_right:
        return False
    _rows(user).update(last_used_at=timezone.now())
    return True
