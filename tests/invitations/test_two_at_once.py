"""Two people who use links at the same moment: one of them gets in."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from chat.models import AccessEvent, FirstRunLink, Invitation, Kind, inviting

from ..support.at_once import at_once
from .conftest import invited

pytestmark = pytest.mark.django_db(transaction=True)


def account(number: int) -> User:
    return User(username=f"user{number}")


def test_one_of_two_becomes_the_first_administrator() -> None:
    outcomes = at_once(
        lambda use: FirstRunLink.use(*use), (FirstRunLink.make(), account(0)), (FirstRunLink.make(), account(1))
    )

    assert sorted(outcomes) == [False, True]
    assert User.objects.count() == 1


def test_one_of_two_gets_the_account_of_an_invitation(boss: User) -> None:
    secret = invited(boss)[1].strip("/").split("/")[-1]

    outcomes = at_once(lambda use: inviting.accept(*use), (secret, account(0)), (secret, account(1)))

    assert sorted(outcomes) == [False, True]
    assert Invitation.objects.get().user == User.objects.exclude(pk=boss.pk).get()
    assert AccessEvent.objects.filter(kind=Kind.INVITATION_USED).count() == 1


def test_an_invitation_is_revoked_or_used_but_never_both(boss: User) -> None:
    invitation, path = invited(boss)

    def use_or_revoke(secret: str) -> None:
        if secret:
            inviting.accept(secret, account(0))
        else:
            inviting.revoke(invitation, boss)

    outcomes = at_once(use_or_revoke, path.strip("/").split("/")[-1], "")

    invitation.refresh_from_db()
    assert sorted(outcomes) == [False, True]
    assert (invitation.user is None) == (invitation.revoked_at is not None)
