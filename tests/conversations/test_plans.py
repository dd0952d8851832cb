"""Lists, searches and their pages read by indexes: no query scans a table that grows with what people ask."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from chat.models import Conversation, LoginSession, ReviewLabel

from ..support.asked import asked
from ..support.plans import explained
from ..support.reviewing import opened, searched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

GROWING = "conversation|turn|titleword|indexedturn|turnfulltext|citation|quotation|reviewlabel"
# Indexes that have nothing but what is listed, in its order; the full text, read by MATCH.
LISTED = r"conversation_kept|collection_of_everyone|\w*review_?label\w+"
ALLOWED = rf"(?:USING (?:COVERING )?INDEX (?:{LISTED})|VIRTUAL TABLE INDEX \d+:=?M)"
SCAN = {
    # U0, V0 … are the aliases of Django.
    "sqlite": rf"^SCAN (?:chat_(?:{GROWING})|[U-Z]\d)\b(?! {ALLOWED})",
    "postgresql": rf"Seq Scan on chat_(?:{GROWING})\b",
}
SORT = {"sqlite": "USE TEMP B-TREE FOR .*ORDER BY", "postgresql": "Sort Key: .*asked_at"}

ARCHIVE, ADMIN, SEARCH = "/conversations/all/", "/admin/chat/conversation/", "/search/"
LISTS = [
    "/",
    ARCHIVE,
    f"{ARCHIVE}?end=1",
    f"{ARCHIVE}?after={{uuid}}",
    f"{ARCHIVE}?before={{uuid}}",
    f"{ARCHIVE}?period=week",
    ADMIN,
    f"{ADMIN}?end=1",
    f"{ADMIN}?after={{pk}}",
    f"{ADMIN}?before={{pk}}",
    f"{ADMIN}?state=complete",
    f"{ADMIN}?label=none",
    f"{ADMIN}?failure=none",
    f"{ADMIN}?asked_at__gte=2020-01-01 00:00:00%2B00:00",
    f"{ADMIN}{{pk}}/change/",
]
"""Lists whose order is that of an index; the states and labels that most conversations have."""
SEARCHES = [
    f"{SEARCH}?q=launch heron",
    f"{ARCHIVE}?q=launch heron",
    f"{ARCHIVE}?q=launch&end=1",
    f"{ADMIN}?search=launch heron",
    f"{ADMIN}?search=launch&end=1",
    f"{ADMIN}?failure=any",
    f"{ADMIN}?failure=TIMEOUT",
    f"{ADMIN}?state=stopped",
    f"{ADMIN}?label=any",
    f"{ADMIN}?label=good",
]
"""What finds its conversations by another index, and may sort the few that it finds."""


@pytest.fixture
def conversation(client: Client, carol: User) -> Conversation:
    """One of sixty conversations of carol, who is signed in."""
    client.force_login(carol)
    login = LoginSession.objects.create(user=carol)
    for number in range(3):
        turn = asked(login, f"When does Heron launch, question {number}?", state=("complete", "failed")[number % 2])
    ReviewLabel.give(turn, carol, "good", "")
    now = timezone.now()
    Conversation.objects.bulk_create(
        Conversation(user=carol, title=f"Launch {number}", asked_at=now - timedelta(days=number))
        for number in range(57)
    )
    return Conversation.objects.order_by("-asked_at", "-pk")[55]


def opened_once(client: Client, path: str) -> str:
    """Give the reason that a page of the review asks for, and return its address; a search gets a name there."""
    if words := re.search(r"(?<=search=)[^&]+", path):
        search = searched(client, words[0]).wsgi_request.GET["search"]
        return path.replace(words[0], search)
    opened(client, path)
    return path


def plans_of(client: Client, address: str, conversation: Conversation) -> list[str]:
    path = address.format(uuid=conversation.uuid, pk=conversation.pk)
    if path.startswith(ADMIN):
        path = opened_once(client, path)
    assert client.get(path).status_code == 200  # what the first request of a process reads or writes is not counted
    with explained() as plans:
        assert client.get(path).status_code == 200
    assert len(plans) > 2
    return plans


@pytest.mark.parametrize("address", [*LISTS, *SEARCHES])
def test_no_page_scans_a_table_that_grows(client: Client, conversation: Conversation, address: str) -> None:
    scan = re.compile(SCAN[connection.vendor], re.MULTILINE)

    scanning = [plan for plan in plans_of(client, address, conversation) if scan.search(plan)]

    assert not scanning, "\n\n".join(scanning)


@pytest.mark.parametrize("address", LISTS)
def test_no_page_of_a_list_sorts_it(client: Client, conversation: Conversation, address: str) -> None:
    plans = plans_of(client, address, conversation)
    listing = [plan for plan in plans if "conversation_of_user" in plan or "conversation_kept" in plan]

    assert listing
    assert not [plan for plan in listing if re.search(SORT[connection.vendor], plan)]
