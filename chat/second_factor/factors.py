"""Changes of second factors: each is recorded in the log of accesses, and written to the user by e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction

from ..accounts.account_events import record_account
from ..accounts.second_factors import has_factor
from ..models import Kind
from . import recovery
from .app import add_app
from .notices import Notice
from .passkeys import add_passkey

APP = "authenticator app"


@transaction.atomic
def set_up_app(user: User, secret: str, code: str, notice: Notice) -> None:
    """Add the authenticator app that shows this code. Raise ``InvalidRequest`` if it is wrong."""
    add_app(user, secret, code)
    _added(user, {"factor": APP})
    notice.send(user, "An authenticator app was added.")


@transaction.atomic
def set_up_passkey(request: Any, user: User, name: str, response: Mapping[str, Any], notice: Notice) -> None:
    """Add the passkey that the browser has made. Raise ``InvalidRequest`` if it is not accepted."""
    row = add_passkey(request, user, name, response)
    _added(user, {"factor": "passkey", "name": row.data["name"]})
    notice.send(user, f"The passkey “{row.data['name']}” was added.")


@transaction.atomic
def make_recovery_codes(user: User, notice: Notice) -> list[str]:
    """Make new recovery codes instead of those from before, and return them."""
    codes = recovery.make_codes(user)
    record_account(Kind.RECOVERY_CODES_MADE, user)
    notice.send(user, "New recovery codes were made. Those from before no longer work.")
    return codes


@transaction.atomic
def use_recovery_code(user: User, code: str, notice: Notice) -> bool:
    """Use up a recovery code; return False if it is wrong or has been used."""
    if not recovery.use_recovery_code(user, code):
        return False
    left = recovery.count_unused(user)
    record_account(Kind.RECOVERY_CODE_USED, user, {"left": left})
    notice.send(user, f"A recovery code was used to sign in. {left} {'is' if left == 1 else 'are'} left.")
    return True


@transaction.atomic
def remove_factor(row: Any, notice: Notice) -> None:
    """Remove one factor. With the last one go the recovery codes: they alone ask nobody for anything."""
    user, what = row.user, _facts(row)
    row.delete()
    if not has_factor(user):
        Authenticator.objects.filter(user=user).delete()
    record_account(Kind.FACTOR_REMOVED, user, what)
    notice.send(user, f"{described(row)} was removed.")


@transaction.atomic
def remove_all_factors(user: User, notice: Notice) -> int:
    """Remove all factors and recovery codes of a user who has lost them, and return how many factors there were."""
    rows = [row for row in Authenticator.objects.filter(user=user).order_by("pk") if is_factor(row)]
    Authenticator.objects.filter(user=user).delete()
    for row in rows:
        record_account(Kind.FACTOR_REMOVED, user, _facts(row))
    if rows:
        notice.send(user, "All second factors of the account were removed by an administrator.")
    return len(rows)


def is_factor(row: Any) -> bool:
    """Return whether a row is an app or a passkey."""
    return bool(row.type != Authenticator.Type.RECOVERY_CODES)


def described(row: Any) -> str:
    """Return what a factor is called at the beginning of a sentence."""
    return "The authenticator app" if row.type == Authenticator.Type.TOTP else f"The passkey “{row.data['name']}”"


def _added(user: User, what: Mapping[str, object]) -> None:
    record_account(Kind.FACTOR_ADDED, user, what)


def _facts(row: Any) -> dict[str, object]:
    is_app = row.type == Authenticator.Type.TOTP
    return {"factor": APP} if is_app else {"factor": "passkey", "name": row.data["name"]}
