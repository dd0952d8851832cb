"""Two people who use links at the same moment: one of them gets in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection

from chat.models import AccessEvent, FirstRunLink, Invitation, Kind, Refused, inviting

from .conftest import invited

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(use: Callable[[str, User], None], secrets: list[str]) -> list[bool]:
    """Use two links at once, each for another account, and return whether each use succeeded."""
    both = Barrier(2)

    def one(number: int) -> bool:
        try:
            both.wait()
            use(secrets[number], User(username=f"user{number}"))
        except Refused:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(one, range(2)))


def test_one_of_two_becomes_the_first_administrator() -> None:
    outcomes = at_once(FirstRunLink.use, [FirstRunLink.make(), FirstRunLink.make()])

    assert sorted(outcomes) == [False, True]
    assert User.objects.count() == 1


def test_one_of_two_gets_the_account_of_an_invitation(boss: User) -> None:
    secret = invited(boss)[1].strip("/").split("/")[-1]

    outcomes = at_once(inviting.accept, [secret, secret])

    assert sorted(outcomes) == [False, True]
    assert Invitation.objects.get().user == User.objects.exclude(pk=boss.pk).get()
    assert AccessEvent.objects.filter(kind=Kind.INVITATION_USED).count() == 1


def test_an_invitation_is_revoked_or_used_but_never_both(boss: User) -> None:
    invitation, path = invited(boss)

    def use_or_revoke(secret: str, user: User) -> None:
        if secret:
            inviting.accept(secret, user)
        else:
            inviting.revoke(invitation, boss)

    outcomes = at_once(use_or_revoke, [path.strip("/").split("/")[-1], ""])

    invitation.refresh_from_db()
    assert sorted(outcomes) == [False, True]
    assert (invitation.user is None) == (invitation.revoked_at is not None)
