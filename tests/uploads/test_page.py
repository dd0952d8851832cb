"""The page on which recordings are added, and the ways to it."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from chat.models import Collection, Membership, Role

from ..support.pages import browser_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

LINK = 'href="/recordings/upload/"'
WAY = re.compile(r'class="button page__action"\s+href="(/recordings/upload/[^"]*)"')
PROPOSED = re.compile(r"<option [^>]*selected>([^<]+)")


def manage_default(user: User) -> None:
    Membership.objects.create(collection=Collection.objects.default(), user=user, role=Role.MANAGE)


def test_the_page_tells_its_script_what_the_site_takes(alice: User, sales: Collection, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 5_000

    html = text(browser_of(alice).get("/recordings/upload/"))

    assert "Up to 4.9\xa0KB each" in html
    assert 'data-most="5000"' in html
    assert 'data-media-endings=".aac .flac .m4a ' in html
    assert ".vtt" in html.partition('data-transcript-endings="')[2].partition('"')[0].split()
    assert 'data-worker="/static/chat/js/hash_worker.' in html


@pytest.mark.parametrize(
    ("transcriber", "said"),
    [("", "Audio alone waits until you attach a transcript"), ("openai:whisper-1", "Audio alone is transcribed.")],
)
def test_the_page_says_what_becomes_of_audio_alone(
    alice: User, sales: Collection, settings: Settings, transcriber: str, said: str
) -> None:
    settings.TRANSCRIBER = transcriber

    assert said in text(browser_of(alice).get("/recordings/upload/"))


def test_the_collection_from_which_one_comes_is_proposed(alice: User, sales: Collection) -> None:
    manage_default(alice)

    pages = [
        text(browser_of(alice).get(address))
        for page in ("/recordings/", f"/recordings/?collection={sales.uuid}")
        for address in WAY.findall(text(browser_of(alice).get(page)))
    ]

    assert [PROPOSED.findall(page) for page in pages] == [["Team"], ["Sales"]]


def test_a_collection_that_one_does_not_manage_is_not_proposed(alice: User) -> None:
    manage_default(alice)
    others = Collection.objects.create(name="Board")

    for name in (others.uuid, UUID(int=0), "none"):
        assert PROPOSED.findall(text(browser_of(alice).get(f"/recordings/upload/?collection={name}"))) == ["Team"]


def test_who_manages_no_collection_is_told_whom_to_ask(bob: User) -> None:
    html = text(browser_of(bob).get("/recordings/upload/"))

    assert "You manage no collection to which recordings could be added" in html
    assert "<form" not in html.partition("<main")[2]


def test_the_list_of_recordings_offers_to_add_some_to_those_who_may(alice: User, bob: User) -> None:
    manage_default(alice)

    assert WAY.findall(text(browser_of(alice).get("/recordings/"))) == ["/recordings/upload/"]
    assert LINK not in text(browser_of(bob).get("/recordings/"))


@pytest.mark.parametrize("path", ["/", "/recordings/", "/search/?q=price"])
def test_where_there_are_no_recordings_they_can_be_added(alice: User, bob: User, path: str) -> None:
    manage_default(alice)

    may, may_not = text(browser_of(alice).get(path)), text(browser_of(bob).get(path))

    assert f'<a class="button button--primary" {LINK}>Add recordings</a>' in may
    assert "Who manages a collection adds them" in may_not
    assert LINK not in may_not.partition("<main")[2]


def test_without_a_script_files_are_chosen_in_a_plain_field(alice: User, sales: Collection) -> None:
    page: Client = browser_of(alice)

    html = text(page.get("/recordings/upload/"))

    plain = html.partition("<noscript>\n    <div")[2].partition("</noscript>")[0]
    assert '<input type="file" name="chosen"' in plain
    assert "60.0\xa0MB in all" in plain
