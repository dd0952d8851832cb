"""The pages of the list of all conversations, and of that of the review: first, next, previous and last."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from chat import pages
from chat.models import Conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

ARCHIVE, ADMIN = "/conversations/all/", "/admin/chat/conversation/"
LISTS = [ARCHIVE, ADMIN]


@pytest.fixture
def staff(client: Client, carol: User) -> Client:
    """Carol, who has 120 conversations, each two of the same moment: "0", the newest, to "119"."""
    client.force_login(carol)
    now = timezone.now()
    Conversation.objects.bulk_create(
        Conversation(user=carol, title=str(number), asked_at=now - timedelta(minutes=number // 2))
        for number in reversed(range(120))
    )
    return client


class Shown:
    """A page as it is shown."""

    def __init__(self, client: Client, address: str) -> None:
        response: Any = client.get(address)
        html = response.content.decode()
        page = response.context["page"] if "page" in response.context else response.context["cl"].page
        self.titles = [conversation.title for conversation in page.rows]
        self.text = " ".join(re.sub("<[^>]+>", " ", html).split())
        found = re.findall(r'<a[^>]*href="(\?[^"]*)"[^>]*>(First|Previous|Next|Last)<', html)
        self.links = {name: address.partition("?")[0] + unescape(link) for link, name in found}


def numbers(start: int, stop: int) -> list[str]:
    return [str(number) for number in range(start, stop)]


@pytest.mark.parametrize("address", LISTS)
def test_the_pages_follow_each_other_without_gaps_in_both_directions(staff: Client, address: str) -> None:
    first = Shown(staff, address)
    second = Shown(staff, first.links["Next"])
    third = Shown(staff, second.links["Next"])

    assert [first.titles, second.titles, third.titles] == [numbers(0, 50), numbers(50, 100), numbers(100, 120)]
    assert [list(page.links) for page in (first, third)] == [["Next", "Last"], ["First", "Previous"]]
    assert Shown(staff, third.links["Previous"]).titles == second.titles
    assert Shown(staff, second.links["Previous"]).titles == first.titles
    assert Shown(staff, third.links["First"]).titles == first.titles


@pytest.mark.parametrize("address", LISTS)
def test_the_last_page_has_the_last_rows(staff: Client, address: str) -> None:
    last = Shown(staff, Shown(staff, address).links["Last"])

    assert last.titles == numbers(70, 120)
    assert Shown(staff, last.links["Previous"]).titles == numbers(20, 70)


@pytest.mark.parametrize("address", LISTS)
def test_a_page_says_which_rows_it_shows(staff: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Shown(staff, address)
    second = Shown(staff, first.links["Next"])

    assert "1–50 of 120" in first.text
    assert "51–100 of 120" in second.text
    assert "71–120 of 120" in Shown(staff, first.links["Last"]).text
    monkeypatch.setattr(pages, "COUNTED", 40)
    assert "1–50 of more than 40" in Shown(staff, address).text
    assert " 50 of more than 40" in Shown(staff, first.links["Next"]).text
    assert "the last 50 of more than 40" in Shown(staff, first.links["Last"]).text


@pytest.mark.parametrize("address", LISTS)
def test_a_list_that_fits_on_a_page_has_its_length_and_no_links(staff: Client, address: str) -> None:
    Conversation.objects.exclude(title__in=["3", "4"]).delete()

    page = Shown(staff, address)

    assert page.links == {}
    assert re.search(r"\b2(?:, latest first| conversations)", page.text)


@pytest.mark.parametrize("address", LISTS)
def test_the_next_page_stays_when_the_row_beside_it_is_deleted(staff: Client, address: str) -> None:
    following = Shown(staff, address).links["Next"]
    Conversation.objects.get(title="49").discard()

    assert Shown(staff, following).titles == numbers(50, 100)


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("query", ["after=x", "before=0", "after=999999999999999999999", "p=1000", "end="])
def test_what_names_no_row_shows_the_first_or_the_last_page(staff: Client, address: str, query: str) -> None:
    page = Shown(staff, f"{address}?{query}")

    assert page.titles == (numbers(70, 120) if query == "end=" else numbers(0, 50))


@pytest.mark.parametrize("address", LISTS)
def test_the_links_keep_what_the_list_is_narrowed_to(staff: Client, address: str) -> None:
    narrowed = {ARCHIVE: "?period=week", ADMIN: "?failure=none"}[address]

    page = Shown(staff, Shown(staff, address + narrowed).links["Next"])

    assert page.titles == numbers(50, 100)
    assert all(narrowed[1:] in link for link in page.links.values())


@pytest.mark.parametrize(("order", "newest"), [("0", False), ("2", True), ("-2", True), ("1", True)])
def test_the_pages_of_the_review_follow_any_order(staff: Client, order: str, newest: bool) -> None:
    first = Shown(staff, f"{ADMIN}?o={order}")
    second = Shown(staff, first.links["Next"])
    last = Shown(staff, second.links["Next"])

    assert sorted(first.titles + second.titles + last.titles) == sorted(numbers(0, 120))
    assert Shown(staff, last.links["Previous"]).titles == second.titles
    assert (first.titles == numbers(0, 50)) == newest


def test_an_old_address_of_the_archive_shows_the_first_page(staff: Client) -> None:
    assert Shown(staff, f"{ARCHIVE}?page=2").titles == numbers(0, 50)


def test_another_users_conversation_names_no_page(staff: Client, bob: User) -> None:
    other = Conversation.objects.create(user=bob, title="Another", asked_at=timezone.now() - timedelta(minutes=30))

    assert Shown(staff, f"{ARCHIVE}?after={other.uuid}").titles == numbers(0, 50)
