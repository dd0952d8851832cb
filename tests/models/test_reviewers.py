"""Who may review, and who may not."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User

from chat.models import REVIEWERS, is_reviewer

pytestmark = pytest.mark.django_db


def test_an_active_member_of_the_group_may_review(carol: User) -> None:
    assert is_reviewer(carol.pk)


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_no_other_right_lets_a_user_review(alice: User, right: str) -> None:
    setattr(alice, right, True)
    alice.save()
    alice.user_permissions.set(Permission.objects.all())
    alice.groups.add(Group.objects.create(name="reviewers"))

    assert not is_reviewer(alice.pk)


def test_a_member_who_is_deactivated_may_not_review(carol: User) -> None:
    carol.is_active = False
    carol.save()

    assert not is_reviewer(carol.pk)


def test_nobody_may_review_whose_group_got_another_name(carol: User) -> None:
    Group.objects.filter(name=REVIEWERS).update(name="Readers")

    assert not is_reviewer(carol.pk)


def test_who_is_not_signed_in_may_not_review() -> None:
    assert not is_reviewer(None)
