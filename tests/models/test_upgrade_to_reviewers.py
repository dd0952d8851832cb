"""A database of the release before keeps its reviewers: those who were staff, now on record."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from pytest_django import Settings

from chat.models import REVIEWERS, AccessEvent, is_reviewer

from .test_upgrade_to_collections import migrate

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_was_staff_is_a_reviewer_and_nobody_else(settings: Settings) -> None:
    settings.TRUSTED_PROXY, settings.ADMIN_EMAILS = "127.0.0.1", ["dora@example.com"]
    Group.objects.filter(name=REVIEWERS).delete()
    staff = User.objects.create_user("staff", is_staff=True)
    by_setting = User.objects.create_user("dora", email="dora@example.com")
    left = User.objects.create_user("left", is_staff=True, is_active=False)
    superuser = User.objects.create_user("root", is_superuser=True)
    try:
        migrate("0022_collections")
    finally:
        migrate(None)

    assert [is_reviewer(user.pk) for user in (staff, by_setting, left, superuser)] == [True, True, False, False]
    events = AccessEvent.objects.of_reviewers().reverse()
    assert [(event.kind, event.member_name, event.how) for event in events] == [
        ("reviewer-added", "staff", "upgrade"),
        ("reviewer-added", "dora", "upgrade"),
    ]
