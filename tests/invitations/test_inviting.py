"""The life of an invitation: made, given a new link, revoked, used; each once, each an event."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from chat.invitations.names import suggested_name
from chat.models import (
    REVIEWERS,
    AccessEvent,
    Collection,
    How,
    InvalidRequest,
    Invitation,
    Kind,
    Membership,
    NotFound,
    Role,
    inviting,
)

from .conftest import invited

pytestmark = pytest.mark.django_db

NAME, EMAIL = "Ana Lima", "ana@example.com"


def secret_of(path: str) -> str:
    return path.strip("/").split("/")[-1]


def kinds() -> list[str]:
    """Return the kinds of all events, of which the first is that there is a boss."""
    return list(AccessEvent.objects.order_by("pk").values_list("kind", flat=True))


def grow_old(invitation: Invitation) -> None:
    """Let a week pass for an invitation."""
    now = timezone.now()
    Invitation.objects.filter(pk=invitation.pk).update(
        made_at=now - timedelta(days=8), expires_at=now - timedelta(days=1)
    )


def test_only_the_digest_of_a_link_is_stored(boss: User) -> None:
    _, path = invited(boss)

    assert len(secret_of(path)) >= 40
    assert secret_of(path) not in str(Invitation.objects.values())


def test_who_accepts_gets_what_the_invitation_names(boss: User, sales: Collection) -> None:
    reviewers, team = Group.objects.get_or_create(name=REVIEWERS)[0], Group.objects.create(name="Field")
    invitation, secret = inviting.invite(boss, name=NAME, email=EMAIL, groups=[reviewers, team], collections=[sales])
    user = User(username="ana")

    inviting.accept(secret, user)

    invitation.refresh_from_db()
    user.refresh_from_db()
    assert (invitation.user, user.email, user.get_full_name()) == (user, "ana@example.com", "Ana Lima")
    assert {group.name for group in user.groups.all()} == {REVIEWERS, "Field"}
    assert Membership.objects.get(user=user).role == Role.LISTEN
    assert not user.is_staff
    assert not user.is_superuser


def test_each_step_is_an_event(boss: User) -> None:
    first, _ = invited(boss)
    secret = inviting.renew(first, boss)
    inviting.accept(secret, User(username="ana"))
    second, _ = invited(boss, email="bo@example.com")
    inviting.revoke(second, boss)

    assert kinds()[1:] == ["invited", "invitation-sent", "invitation-used", "invited", "invitation-revoked"]
    used = AccessEvent.objects.get(kind=Kind.INVITATION_USED)
    assert (used.actor_name, used.member_name, used.how) == ("ana", "ana", How.LINK)
    assert used.details == {"invitation": str(first.uuid)}
    assert "@" not in str(list(AccessEvent.objects.values()))


def test_who_invites_is_who_adds_members_and_reviewers(boss: User, sales: Collection) -> None:
    group, _ = Group.objects.get_or_create(name=REVIEWERS)
    _, secret = inviting.invite(boss, name=NAME, email=EMAIL, groups=[group], collections=[sales])
    inviting.accept(secret, User(username="ana"))

    of_ana = AccessEvent.objects.filter(member_name="ana", kind__in=[Kind.REVIEWER_ADDED, Kind.MEMBER_ADDED])
    assert {(event.kind, event.actor_name) for event in of_ana} == {
        ("reviewer-added", "boss"),
        ("member-added", "boss"),
    }
    assert of_ana.get(kind=Kind.REVIEWER_ADDED).how == How.INVITATION


def test_a_new_link_replaces_the_one_before(boss: User) -> None:
    invitation, path = invited(boss)

    secret = inviting.renew(invitation, boss)

    with pytest.raises(NotFound):
        inviting.accept(secret_of(path), User(username="eve"))
    inviting.accept(secret, User(username="ana"))


def test_one_that_is_too_old_works_again_with_a_new_link(boss: User) -> None:
    invitation, path = invited(boss)
    grow_old(invitation)
    invitation.refresh_from_db()

    assert invitation.is_too_old
    with pytest.raises(NotFound):
        inviting.accept(secret_of(path), User(username="ana"))
    inviting.accept(inviting.renew(invitation, boss), User(username="ana"))


def test_a_used_one_is_not_used_renewed_or_revoked(boss: User) -> None:
    invitation, path = invited(boss)
    inviting.accept(secret_of(path), User(username="ana"))

    with pytest.raises(NotFound):
        inviting.accept(secret_of(path), User(username="eve"))
    for change in (inviting.renew, inviting.revoke):
        with pytest.raises(InvalidRequest):
            change(invitation, boss)
    assert not User.objects.filter(username="eve").exists()


def test_a_revoked_one_is_not_used_or_renewed(boss: User) -> None:
    invitation, path = invited(boss)
    inviting.revoke(invitation, boss)

    with pytest.raises(NotFound):
        inviting.accept(secret_of(path), User(username="eve"))
    with pytest.raises(InvalidRequest, match="used or revoked"):
        inviting.renew(invitation, boss)


@pytest.mark.parametrize("known", ["ana@example.com", "ANA@Example.com"])
def test_an_address_that_has_an_account_is_said_to_the_administrator(boss: User, known: str) -> None:
    User.objects.create_user("ana", known, is_active=False)

    with pytest.raises(InvalidRequest, match="is the address of the account ana, which is not active"):
        invited(boss)


def test_an_address_is_invited_once_at_a_time(boss: User) -> None:
    invitation, _ = invited(boss)
    with pytest.raises(InvalidRequest, match="is invited already"):
        invited(boss, email="ANA@example.com")

    inviting.revoke(invitation, boss)

    invited(boss)


@pytest.mark.parametrize(
    "loss", [{"is_active": False}, {"is_superuser": False}, None], ids=["deactivated", "no rights", "deleted"]
)
def test_an_invitation_works_only_while_its_maker_may_invite(boss: User, loss: dict[str, Any] | None) -> None:
    _, path = invited(boss)
    users = User.objects.filter(pk=boss.pk)
    if loss:
        users.update(**loss)
    else:
        users.delete()

    with pytest.raises(NotFound):
        inviting.accept(secret_of(path), User(username="ana"))


def test_a_collection_that_its_maker_may_no_longer_change_stays_closed(sales: Collection) -> None:
    from django.contrib.auth.models import Permission

    maker = User.objects.create_user("maker")
    maker.user_permissions.set(Permission.objects.filter(codename__in=["add_user", "change_user"]))
    _, secret = inviting.invite(User.objects.get(pk=maker.pk), name=NAME, email=EMAIL, collections=[sales])

    inviting.accept(secret, user := User(username="ana"))

    assert not Membership.objects.filter(user=user).exists()


def test_an_account_with_the_address_that_was_made_meanwhile_closes_the_link(boss: User) -> None:
    _, path = invited(boss)
    User.objects.create_user("ana", "Ana@example.com")

    with pytest.raises(NotFound):
        inviting.accept(secret_of(path), User(username="ana2"))


def test_the_row_goes_with_the_account(boss: User) -> None:
    _, path = invited(boss)
    inviting.accept(secret_of(path), user := User(username="ana"))

    user.delete()

    assert not Invitation.objects.exists()


# The schema


def refused(sql: str, *values: datetime | int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_the_schema_refuses_a_second_use(boss: User) -> None:
    invitation, path = invited(boss)
    inviting.accept(secret_of(path), User(username="ana"))

    for change in ("used_at = used_at", "revoked_at = made_at", "digest = 'x'"):
        refused(f"UPDATE chat_invitation SET {change} WHERE id = %s", invitation.pk)  # noqa: S608  # our own


@pytest.mark.parametrize(
    "change",
    [
        "used_at = made_at",
        "used_at = expires_at, revoked_at = made_at, user_id = invited_by_id",
        "user_id = invited_by_id",
        "expires_at = made_at",
        "delivery = 'lost'",
    ],
)
def test_the_schema_refuses_what_cannot_be(boss: User, change: str) -> None:
    invitation, _ = invited(boss)

    refused(f"UPDATE chat_invitation SET {change} WHERE id = %s", invitation.pk)  # noqa: S608  # our own


def test_the_schema_refuses_a_use_that_is_too_late(boss: User) -> None:
    invitation, _ = invited(boss)
    late = invitation.expires_at + timedelta(seconds=1)

    refused(
        "UPDATE chat_invitation SET used_at = %s, user_id = invited_by_id WHERE id = %s",
        late.replace(tzinfo=None) if connection.vendor == "sqlite" else late,
        invitation.pk,
    )


def test_the_schema_refuses_that_a_revoked_one_comes_back(boss: User) -> None:
    invitation, _ = invited(boss)
    inviting.revoke(invitation, boss)

    refused("UPDATE chat_invitation SET revoked_at = NULL WHERE id = %s", invitation.pk)


# The suggested name


class SuggestedNames(TestCase):
    @given(st.emails())
    def test_a_suggested_name_is_one_that_the_form_takes(self, email: str) -> None:
        User.objects.get_or_create(username=suggested_name(email))

        name = suggested_name(email)

        User(username=name, password="x").full_clean()
        assert len(name) <= 150


def test_a_suggested_name_is_the_first_part_of_the_address_and_free(alice: User) -> None:
    assert suggested_name("Ana.Lima@example.com") == "ana.lima"
    assert suggested_name("ALICE@example.com") == "alice2"
    assert suggested_name('"!"@example.com') == "user"
