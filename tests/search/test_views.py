from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.models import LoginSession, Recording

from ..support.asked import asked, recorded
from ..support.hostile import squeezed
from ..support.library import filler, record

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.any_database,
    pytest.mark.usefixtures("static_files"),
]


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    """The browser of alice, who is signed in."""
    client.force_login(alice)
    return client


def html(page: Client, **query: str) -> str:
    response: Any = page.get("/search/", query)
    assert response.status_code == 200
    return squeezed(response.content.decode())


def further(page: Client, number: int | str) -> str:
    return squeezed(page.get("/search/", {"q": "budget", "page": number}).content.decode())


@pytest.fixture
def launch() -> Recording:
    recording = record("Heron <launch>", "Ana: The <b>seal</b> is late.", "Ben: It costs 480 euros.")
    Recording.objects.update(audio="audio/launch.mp3")
    return recording


def test_one_field_finds_recordings_and_own_conversations(page: Client, launch: Recording) -> None:
    turn = asked(LoginSession.objects.get(), "Is the seal late?", answer="It is late.")

    found = html(page, q="late")

    assert f'href="/recordings/{launch.uuid}/#segment-1"' in found
    assert f'href="/recordings/{launch.uuid}/audio/#t=10.00,19.00"' in found
    assert f'href="/c/{turn.conversation.uuid}/?turn={turn.uuid}"' in found
    assert re.search("It is ?<mark>late</mark>", found)


def test_what_was_said_stays_text(page: Client, launch: Recording) -> None:
    found = html(page, q='seal "<script>alert(1)</script>"')

    assert "&lt;b&gt;<mark>seal</mark>&lt;/b&gt;" in found
    assert "<script>alert" not in found


def test_every_page_has_the_field(page: Client) -> None:
    for address in ("/", "/recordings/", "/conversations/all/", "/search/?q=launch"):
        field = squeezed(page.get(address).content.decode())
        assert '<form class="search-field" method="get" action="/search/" role="search">' in field


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "Find what was said in the recordings"),
        ("x", "Please type at least two letters."),
        ("…!", "There is no word in this to search for."),
        ("what was it", "Please add a rarer one."),
        ("xylophone", "Nobody said “<bdi>xylophone</bdi>”"),
        ("seal zebra", "These places come nearest:"),
    ],
)
def test_each_state_of_the_page_says_what_it_is(page: Client, launch: Recording, query: str, shown: str) -> None:
    assert shown in html(page, q=query)


def test_without_recordings_the_page_says_how_to_add_some(page: Client) -> None:
    assert "bin/import" in html(page, q="launch")


def test_the_page_has_further_pages(page: Client) -> None:
    record("Long meeting", *(f"{line} budget" for line in filler(30)))

    first, second = html(page, q="budget"), further(page, 2)

    assert (first.count('<li class="place"'), second.count('<li class="place"')) == (20, 10)
    assert 'rel="next" href="?q=budget&amp;page=2"' in first
    assert 'rel="prev" href="?q=budget&amp;page=1"' in second
    assert "There are no further places." in further(page, 9)
    assert further(page, "x").count('<li class="place"') == 20


def test_more_conversations_are_a_link_away(page: Client) -> None:
    login = LoginSession.objects.get()
    for number in range(5):
        asked(login, f"Is seal {number} late?")

    found = html(page, q="late seal")

    assert found.count("?turn=") == 3
    assert 'href="/conversations/all/?q=late+seal"' in found
    assert "All conversations with these words (5)" in found


def test_a_recording_without_audio_has_no_button(page: Client) -> None:
    record("Silent", "Ana: The seal is late.")

    assert "data-play=" not in html(page, q="seal")


def test_users_find_no_conversations_of_others(page: Client, bob: User) -> None:
    asked(LoginSession.objects.create(user=bob), "A zebra of bob", answer="Zebra.")

    assert "bob" not in html(page, q="zebra")


def test_a_link_to_a_turn_leads_to_the_page_that_shows_it(page: Client) -> None:
    login = LoginSession.objects.get()
    first = asked(login, "The very first", state="cancelled")
    for _ in range(50):
        last = asked(login, "A later one", conversation=first.conversation, state="cancelled")
    address = f"/c/{first.conversation.uuid}/"

    old: Any = page.get(f"{address}?turn={first.uuid}", follow=True)
    new: Any = page.get(f"{address}?turn={last.uuid}")

    assert f'id="turn-{first.uuid}"' in old.content.decode()
    assert new["Location"] == f"{address}#turn-{last.uuid}"
    assert page.get(f"{address}?turn=x").status_code == 404


def test_a_recording_may_have_any_title(page: Client) -> None:
    recorded("\u202eesrever\U000e0041", "Nothing.")

    assert "esrever" in html(page, q="esrever")
