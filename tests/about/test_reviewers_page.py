"""The page on which every user sees who may review, and each change of that."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from chat.about import views
from chat.models import REVIEWERS, AccessEvent, How, Kind, acting

from ..support.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    """A client signed in as alice, who is no reviewer."""
    client.force_login(alice)
    return client


def shown(page: Client, query: str = "") -> str:
    """Return the words of the page."""
    html = text(page.get(reverse("chat:reviewers") + query)).split("<main")[1]
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_every_user_sees_who_may_review_and_who_has_changed_it(page: Client, carol: User, bob: User) -> None:
    with acting(carol, How.ADMIN):
        bob.groups.add(Group.objects.get(name=REVIEWERS))
        bob.is_active = False
        bob.save()

    words = shown(page)

    members, history = words.split("What has changed")
    assert "carol" in members
    assert "bob" not in members
    assert "bob was removed by carol, in the admin. The account was deactivated." in history
    assert history.index("bob was removed") < history.index("bob was added by carol, in the admin.")
    assert "carol was added by a program." in history


def test_without_reviewers_the_page_says_so(page: Client) -> None:
    assert "Who may review Nobody." in shown(page)
    assert "latest first Nothing yet." in shown(page)


def test_names_are_shown_as_text(page: Client, bob: User, carol: User) -> None:
    bob.username = "<b>bob"
    bob.save()
    bob.groups.add(*carol.groups.all())

    assert "<bdi>&lt;b&gt;bob</bdi>" in text(page.get(reverse("chat:reviewers")))


def test_a_long_history_has_pages(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        AccessEvent.objects.record_member(Kind.REVIEWER_ADDED, actor=None, how=How.PROGRAM, member_name=f"p{number}-")
    middle = AccessEvent.objects.order_by("-pk")[49]

    assert ("p59-" in shown(page), "p9-" in shown(page)) == (True, False)
    assert ("p59-" in shown(page, f"?after={middle.pk}"), "p9-" in shown(page, f"?after={middle.pk}")) == (False, True)
    assert "p59-" in shown(page, "?after=nonsense")


def test_of_many_reviewers_some_are_named(
    page: Client, carol: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob.groups.add(*carol.groups.all())
    monkeypatch.setattr(views, "SHOWN", 1)

    assert "Who may review bob and others What" in shown(page)


def test_reads_of_content_are_not_on_the_page(page: Client, alice: User, carol: User) -> None:
    AccessEvent.objects.record(Kind.READ, actor=carol, owner_id=alice.pk, how=How.PAGE, reason="Secret words")

    assert "Secret words" not in shown(page)


def test_the_page_about_data_leads_here(page: Client) -> None:
    assert f'href="{reverse("chat:reviewers")}"' in text(page.get(reverse("chat:about-data")))
