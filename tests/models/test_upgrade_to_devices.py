"""A database of the release before keeps its logins; when they were last used is not known."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.accounts.devices import devices_of
from chat.models import LoginSession, Preference

from .test_upgrade_to_collections import migrate

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


def test_who_was_signed_in_before_still_is_and_has_a_device(alice: User) -> None:
    client = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"})
    client.force_login(alice)
    try:
        migrate("0031_earlier_title")
    finally:
        migrate(None)

    before = LoginSession.objects.get()
    assert (before.agent, before.seen_at) == ("", None)
    assert [device.name for device in devices_of(alice.pk)] == ["Unknown browser"]
    assert client.get("/").status_code == 200
    assert [device.name for device in devices_of(alice.pk)] == ["Firefox on Windows"]
    assert not Preference.objects.exists()
