"""The list of conversations in the admin: what it shows, its filters, and the way through it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat.models import Conversation, Failure, LoginSession, Pseudonym, ReviewLabel, Turn
from chat.review.summary import REASONS

from ..support.asked import asked
from ..support.reviewing import LIST, opened, searched
from ..support.reviewing import page_of as address_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


def text(response: Any) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split()))


def listed(browser: Client, **query: str) -> list[str]:
    """Return the titles of the conversations in the list, in its order; it does not show them."""
    return [conversation.title for conversation in browser.get(LIST, query).context["cl"].result_list]


def way_of(browser: Client, address: str) -> dict[str, str]:
    """Return the addresses of the list and the neighbours on the page of a conversation."""
    return dict(opened(browser, address).context["way"])


def page_of(turn: Turn, filters: str = "") -> str:
    return address_of(turn, f"?_changelist_filters={filters}" if filters else "")


# What it shows


def test_every_failure_has_a_short_reason() -> None:
    assert set(REASONS) == set(Failure)


def test_the_list_shows_failed_turns_with_their_reasons_and_labels(
    review: Client, login: LoginSession, carol: User, bob: User
) -> None:
    turn = asked(login, "When do we ship?")
    asked(login, conversation=turn.conversation, state="failed")
    asked(login, conversation=turn.conversation, state="failed")
    asked(login, conversation=turn.conversation, state="interrupted")
    ReviewLabel.give(turn, carol, "wrong", "")
    ReviewLabel.give(turn, bob, "wrong", "")

    html = text(review.get(LIST))

    assert f"{Pseudonym.objects.of(login.user.pk)} 4 Model failed × 2 Interrupted Wrong × 2 " in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"failure": "any"}, ["interrupted", "failed"]),
        ({"failure": "GENERATION_FAILED"}, ["failed"]),
        ({"failure": "INTERRUPTED"}, ["interrupted"]),
        ({"failure": "TIMEOUT"}, []),
        ({"failure": "none"}, ["stopped", "complete"]),
        ({"failure": "nonsense"}, ["stopped", "interrupted", "failed", "complete"]),
        ({"label": "any"}, ["complete"]),
        ({"label": "none", "failure": "any"}, ["interrupted", "failed"]),
    ],
)
def test_conversations_are_found_by_failures_and_labels(
    review: Client, login: LoginSession, carol: User, query: dict[str, str], found: list[str]
) -> None:
    for state in ("complete", "failed", "interrupted", "stopped"):
        turn = asked(login, state, state=state)
        if state == "complete":
            ReviewLabel.give(turn, carol, "good", "")

    assert listed(review, **query) == found


@pytest.mark.parametrize("column", range(5))
def test_the_list_can_be_ordered_by_its_columns(review: Client, login: LoginSession, column: int) -> None:
    turn = asked(login, "one", state="failed")
    asked(login, "two")
    asked(login, conversation=turn.conversation)

    assert sorted(listed(review, o=str(column))) == ["one", "two"]
    assert listed(review, o="-3") == ["one", "two"]
    assert listed(review, o="3") == ["two", "one"]


def test_neither_list_nor_page_needs_more_queries_for_more_conversations(
    review: Client, login: LoginSession, carol: User
) -> None:
    def queries(number: int) -> list[int]:
        for _ in range(number):
            turn = asked(login, state="failed")
            ReviewLabel.give(asked(login, conversation=turn.conversation), carol, "good", "")
        counts = []
        for address in (LIST, page_of(turn, "failure%3Dany")):
            with CaptureQueriesContext(connection) as captured:
                assert review.get(address).status_code == 200
            counts.append(len(captured))
        return counts

    queries(1)  # the first request of a login writes
    assert queries(1) == queries(9)


# The way through it


def test_a_label_keeps_the_filter(review: Client, login: LoginSession) -> None:
    turn = asked(login)
    page = page_of(turn, "label%3Dnone%26state%3Dcomplete")
    [target] = re.findall(r'action="([^"]*/label/[^"]*)"', opened(review, page).content.decode())

    response = review.post(unescape(target), {"verdict": "good", "comment": ""})

    assert response["Location"] == f"{page}#turn-{turn.uuid}"
    assert way_of(review, page)["list"] == f"{LIST}?label=none&state=complete"
    assert f'href="{LIST}?label=none&amp;state=complete"' in review.get(page).content.decode()


def test_next_and_previous_follow_the_order_of_the_list(review: Client, login: LoginSession) -> None:
    turns = [asked(login, f"Question {number}") for number in range(4)]

    ways = [way_of(review, page_of(turn)) for turn in turns]

    assert [way["next"] for way in ways] == ["", *(page_of(turn) for turn in turns[:3])]
    assert [way["previous"] for way in ways] == [*(page_of(turn) for turn in turns[1:]), ""]


def test_next_and_previous_stay_within_filter_search_and_order(review: Client, login: LoginSession, bob: User) -> None:
    c, a, b = (asked(login, f"Launch {name}", state="failed") for name in "cab")
    asked(login, "Launch ab")
    asked(LoginSession.objects.create(user=bob), "Something else", state="failed")

    found = searched(review, "Launch", "state%3Dfailed%26o%3D0%26p%3D1")
    filters = quote(found.request["QUERY_STRING"])
    way = way_of(review, page_of(a, filters))

    assert (way["previous"], way["next"]) == (page_of(c, filters), page_of(b, filters))
    assert way_of(review, page_of(b, filters))["next"] == ""


def test_a_conversation_that_has_left_the_list_by_its_label_still_has_its_place(
    review: Client, login: LoginSession, carol: User
) -> None:
    first, second, third = (asked(login, f"Question {number}") for number in range(3))
    ReviewLabel.give(second, carol, "good", "")

    way = way_of(review, page_of(second, "label%3Dnone"))

    assert (way["previous"], way["next"]) == (page_of(third, "label%3Dnone"), page_of(first, "label%3Dnone"))


def test_conversations_asked_at_the_same_time_are_all_on_the_way(review: Client, login: LoginSession) -> None:
    turns = [asked(login) for _ in range(3)]
    Conversation.objects.update(asked_at=turns[0].conversation.asked_at)

    address = page_of(turns[2])
    seen: list[str] = []
    while address and len(seen) < 9:
        seen.append(address)
        address = way_of(review, address)["next"]

    assert seen == [page_of(turn) for turn in reversed(turns)]


@pytest.mark.parametrize("column", range(5))
@pytest.mark.parametrize("sign", ["", "-"])
def test_the_way_passes_each_conversation_once_in_every_order(
    review: Client, login: LoginSession, bob: User, column: int, sign: str
) -> None:
    for number in range(3):
        turn = asked(login, f"Question {number % 2}", state="failed" if number else "complete")
        asked(LoginSession.objects.create(user=bob), "What?", state="stopped")
    asked(login, conversation=turn.conversation)
    order = f"{sign}{column}"
    expected = [item.pk for item in review.get(LIST, {"o": order}).context["cl"].result_list]

    address = f"{LIST}{expected[0]}/change/?_changelist_filters=o%3D{order}"
    seen: list[int] = []
    while address and len(seen) < 9:
        seen.append(int(address.split("/")[4]))
        address = way_of(review, address)["next"]

    assert seen == expected


def test_earlier_turns_keep_the_filter(review: Client, login: LoginSession) -> None:
    turn = asked(login, state="cancelled")
    for _ in range(50):
        asked(login, conversation=turn.conversation, state="cancelled")

    way = way_of(review, page_of(turn, "state%3Dcancelled"))

    assert "_changelist_filters=state%3Dcancelled" in way["earlier"]
    assert way_of(review, way["earlier"])["newest"] == page_of(turn, "state%3Dcancelled")


@pytest.mark.parametrize("filters", ["asked_at__gte%3Dyesterday", "p%3D99", "%25%26%3D%3D"])
def test_a_filter_that_makes_no_sense_does_no_harm(review: Client, login: LoginSession, filters: str) -> None:
    turn = asked(login)

    assert review.get(page_of(turn, filters)).status_code == 200
