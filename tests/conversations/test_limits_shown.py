"""What a turn shows of the collections, speakers and days that its question searches only."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.conversations.unheard import UNHEARD_COLLECTION
from chat.models import Collection, Limits, LoginSession, Membership, Submission, Turn

from ..support.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def sales(alice: User) -> Collection:
    sales = Collection.objects.create(name="Sales")
    Membership.objects.create(collection=sales, user=alice)
    return sales


@pytest.fixture
def turn(login: LoginSession, sales: Collection) -> Turn:
    limits = Limits(collections=(sales.uuid,), speakers=("Ana Lima",), since=date(2026, 6, 1), until=date(2026, 8, 31))
    turn = Turn.objects.submit(login, Submission(request_id=uuid4(), question="When?", limits=limits))
    Turn.objects.filter(pk=turn.pk).end(None)
    return turn


def page(client: Client, alice: User, turn: Turn) -> str:
    client.force_login(alice)
    return text(client.get(turn.conversation.get_absolute_url()))


def test_a_turn_says_what_it_searches_and_the_next_question_does_too(client: Client, alice: User, turn: Turn) -> None:
    html = page(client, alice, turn)

    for words in ("Sales", "June–August 2026", "what Ana Lima said"):
        assert html.count(f"<bdi>{words}</bdi>") >= 2, words  # in the note of the turn, and in the chips of the box
    assert "Only Sales · June–August 2026 · what Ana Lima said" in html


def test_a_collection_that_is_no_longer_heard_is_not_named(
    client: Client, alice: User, sales: Collection, turn: Turn
) -> None:
    Membership.objects.all().delete()

    html = page(client, alice, turn)

    assert "Sales" not in html
    assert UNHEARD_COLLECTION in html
    assert "what Ana Lima said" in html


def choice(client: Client, query: str) -> str:
    """Return the HTML in which somebody chooses what a question searches."""
    _, start, rest = text(client.get("/" + query)).partition('<details class="filter"')
    return start + rest.partition("</details>")[0]


def test_a_collection_in_the_address_that_is_not_heard_is_not_chosen(
    client: Client, alice: User, sales: Collection
) -> None:
    closed = Collection.objects.create(name="Board")
    client.force_login(alice)

    everything = choice(client, "")

    assert choice(client, f"?collection={closed.uuid}") == choice(client, f"?collection={uuid4()}") == everything
    assert choice(client, f"?collection={sales.uuid}") != everything
    assert "Board" not in everything
