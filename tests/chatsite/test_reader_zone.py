"""The time zone in which a reader sees days and times."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.models import Conversation, LoginSession

from ..support.asked import asked
from ..support.reviewing import opened

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.usefixtures("static_files")]

AHEAD = "Pacific/Kiritimati"
"""Fourteen hours ahead of UTC: the last noon of January is in February there."""


@pytest.fixture(autouse=True)
def conversation(login: LoginSession) -> Conversation:
    conversation = asked(login, "What was decided?").conversation
    Conversation.objects.filter(pk=conversation.pk).update(asked_at=datetime(2025, 1, 31, 12, 0, tzinfo=UTC))
    return conversation


def listed(client: Client, query: str = "") -> str:
    return client.get(f"/conversations/all/{query}").content.decode()


def test_the_days_and_months_of_the_list_are_those_of_the_reader(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.cookies["zone"] = AHEAD

    page = listed(client, "?period=2025-02")

    assert '<h2 class="rows__day">February 2025</h2>' in page
    assert '<option value="2025-02" selected>February 2025</option>' in page
    assert "1 Feb 2025, 02:00" in page
    assert "2025-01" not in page.replace("2025-01-31T", "")


def test_every_reader_has_a_zone_of_their_own(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.cookies["zone"] = AHEAD
    assert "February 2025" in listed(client)

    del client.cookies["zone"]

    assert "February 2025" not in listed(client)
    assert "31 Jan 2025, 12:00" in listed(client)


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "Etc/Unknown", "Europe", "../../etc/passwd", "/etc/localtime", "a" * 3000, "Ünïted", "."]
)
def test_a_zone_that_is_unknown_leaves_that_of_the_site(client: Client, alice: User, name: str) -> None:
    client.force_login(alice)
    client.cookies["zone"] = name

    assert '<h2 class="rows__day">January 2025</h2>' in listed(client)


def test_a_reviewer_sees_times_in_their_zone_and_in_the_style_of_the_pages(
    review: Client, conversation: Conversation
) -> None:
    review.cookies["zone"] = AHEAD
    page = opened(review, f"/admin/chat/conversation/{conversation.pk}/change/").content.decode()

    assert "1 Feb 2025, 02:00" in review.get("/admin/chat/conversation/").content.decode()
    assert len(re.findall(r"<dd>\d{1,2} \w{3} \d{4}, \d\d:\d\d:\d\d</dd>", page)) == 3
