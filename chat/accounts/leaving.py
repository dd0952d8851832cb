"""Leaving: what ends when an account is deactivated or deleted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.contrib.auth.models import User
from django.db import transaction

from ..models import How, LoginSession, Turn, acting, refuse_if_held
from ..models.administrators import keep_an_administrator
from ..turns.nudges import SIGN_INS_TOPIC, STOP_TOPIC
from ..turns.runner import runner
from .login_sessions import end_login_sessions

BATCH = 50
"""Turns that are removed in one transaction: answers of others are stored meanwhile."""


def set_active(user: User, actor: User, *, active: bool, how: How = How.PAGE) -> None:
    """Deactivate an account, or activate it again.

    A deactivated one loses its sockets, sessions and tokens at once, and its answers stop: ``end_lost_sign_ins`` does
    that, however an account is deactivated. Raise ``InvalidRequest`` if it is that of the last administrator.
    """
    with transaction.atomic(), acting(actor, how):
        let_in(user) if active else lock_out(user)
    _wake()


def lock_out(user: User) -> None:
    """Deactivate an account, by who acts at the moment, in a transaction. See ``set_active``."""
    keep_an_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])


def let_in(user: User) -> None:
    """Activate an account, by who acts at the moment."""
    user.is_active = True
    user.save(update_fields=["is_active"])


def delete_account(user: User, actor: User, how: How = How.PAGE) -> None:
    """Delete an account with its conversations, sign-ins and tokens; its running answers end.

    Recordings stay in their collections, and the labels that it gave stay with the answers. Raise ``InvalidRequest``
    if it is that of the last administrator, and ``Held`` if a legal hold keeps it or one of its conversations.
    """
    account = User.objects.filter(pk=user.pk)
    with transaction.atomic():
        refuse_if_held(account)
        keep_an_administrator(user)
        account.update(is_active=False)  # no event: the account does not stay
        end_login_sessions(user)
        user.conversations.discard()
    _wake()
    for keys in _batches(user):
        with transaction.atomic():
            refuse_if_held(account)
            Turn.objects.filter(pk__in=keys).delete()
    with transaction.atomic(), acting(actor, how):
        LoginSession.objects.filter(user=user).delete()
        account.get().delete()
    _wake()


def farewell(user_id: int) -> str:
    """Return what to tell somebody whose sign-in has ended because their account has; empty if it has not."""
    is_active = User.objects.filter(pk=user_id).values_list("is_active", flat=True).first()
    if is_active is None:
        return "Your account was deleted, so you are signed out."
    return "" if is_active else "Your account was deactivated, so you are signed out. Ask the administrator."


def _batches(user: User) -> Iterator[list[int]]:
    remaining = iter(list(Turn.objects.filter(user=user).order_by("pk").values_list("pk", flat=True)))
    while keys := list(islice(remaining, BATCH)):
        yield keys


def _wake() -> None:
    """Nudge the sockets and turns again, now that the transaction is complete."""
    runner.wake(SIGN_INS_TOPIC, STOP_TOPIC)
