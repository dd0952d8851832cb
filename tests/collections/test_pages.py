"""The pages of collections: who may open and change them, and what they say."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chat.models import Collection, Membership, Recording, make_collection

from ..support.asked import recorded
from ..support.pages import browser_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def sales(alice: User) -> Collection:
    return make_collection(alice, "Sales", "Calls with customers")


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss", password="boss-secret-words")


def address(name: str, collection: Collection, *more: int) -> str:
    return reverse(f"chat:collection-{name}", args=[collection.uuid, *more])


def said(response: object) -> str:
    """Return the text of a page without tags, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text(response)))


def test_the_list_has_what_the_user_hears_and_who_else_does(sales: Collection, alice: User, bob: User) -> None:
    recorded("Pipeline", collection=sales)

    own, others = (
        said(browser_of(alice).get("/collections/")),
        said(browser_of(bob).get("/collections/")),
    )

    assert "Sales Calls with customers 1 recording 1 person hears it You manage it" in own
    assert "Sales" not in others
    assert "Team 0 recordings Everyone signed in hears it" in others


def test_an_administrator_sees_all_collections_and_that_they_do_not_hear_them(sales: Collection, boss: User) -> None:
    assert "You do not hear it" in said(browser_of(boss).get("/collections/"))
    assert browser_of(boss).get(address("detail", sales)).status_code == 200


def test_a_listener_sees_the_members_and_the_changes_but_no_forms(sales: Collection, bob: User) -> None:
    Membership.objects.create(collection=sales, user=bob)

    page = browser_of(bob).get(address("detail", sales))

    assert "alice manages bob listens" in said(page)
    assert "alice made it" in said(page)
    assert address("members", sales) not in text(page)
    assert address("leave", sales) in text(page)


def test_an_empty_collection_leads_those_who_manage_it_to_its_first_recordings(
    sales: Collection, alice: User, bob: User
) -> None:
    Membership.objects.create(collection=sales, user=bob)
    step = f'<a href="/recordings/upload/?collection={sales.uuid}">Add recordings</a>'

    assert step in text(browser_of(alice).get(address("detail", sales)))
    assert "Add recordings" not in said(browser_of(bob).get(address("detail", sales)))
    recorded("Pipeline", collection=sales)
    assert "Add recordings" not in said(browser_of(alice).get(address("detail", sales)))


@pytest.mark.parametrize("name", ["edit", "delete", "members"])
def test_a_listener_changes_nothing(sales: Collection, bob: User, name: str) -> None:
    Membership.objects.create(collection=sales, user=bob)

    assert (
        browser_of(bob).post(address(name, sales), {"name": "Mine", "member": "bob", "role": "manage"}).status_code
        == 404
    )
    assert Collection.objects.get(pk=sales.pk).name == "Sales"


def test_a_collection_of_others_is_as_one_that_does_not_exist(sales: Collection, bob: User) -> None:
    client, answers = browser_of(bob), []
    client.get("/collections/")

    for uuid in (sales.uuid, uuid4()):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("chat:collection-detail", args=[uuid]))
        answers.append((response.status_code, said(response), len(queries)))

    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def test_a_manager_adds_changes_and_removes_a_member(sales: Collection, alice: User, bob: User) -> None:
    client = browser_of(alice)

    client.post(address("members", sales), {"member": "bob", "role": "listen"})
    membership = Membership.objects.get(user=bob)
    client.post(address("member", sales, membership.pk), {"role": "manage"})
    assert Membership.objects.get(user=bob).role == "manage"

    client.post(address("member", sales, membership.pk), {"role": "manage", "remove": ""})
    assert not Membership.objects.filter(user=bob).exists()


def test_a_refused_member_is_said_at_the_field_and_the_text_stays(sales: Collection, alice: User) -> None:
    page = browser_of(alice).post(address("members", sales), {"member": "Nobody", "role": "listen"})

    assert page.status_code == 400
    assert "No active user has the name or e-mail address “Nobody”" in said(page)
    assert 'value="Nobody"' in text(page)


def test_the_last_manager_cannot_leave(sales: Collection, alice: User) -> None:
    page = browser_of(alice).post(address("leave", sales), follow=True)

    assert "Somebody has to manage this collection" in said(page)
    assert Membership.objects.filter(collection=sales, user=alice).exists()


def test_who_leaves_comes_to_the_list(sales: Collection, bob: User) -> None:
    Membership.objects.create(collection=sales, user=bob)

    page = browser_of(bob).post(address("leave", sales), follow=True)

    assert page.redirect_chain[-1][0] == "/collections/"
    assert "You are no longer a member of “Sales”" in said(page)


def test_a_group_is_shown_with_its_size(sales: Collection, alice: User, bob: User) -> None:
    group = Group.objects.create(name="Sellers")
    bob.groups.add(group)
    Membership.objects.create(collection=sales, group=group)

    assert "Sellers group of 1" in said(browser_of(alice).get(address("detail", sales)))


def test_only_administrators_make_collections(bob: User, boss: User) -> None:
    assert browser_of(bob).get("/collections/new/").status_code == 403

    page = browser_of(boss).post("/collections/new/", {"name": "People"}, follow=True)

    assert "You manage it, and nobody else hears it yet" in said(page)
    assert browser_of(boss).post("/collections/new/", {"name": "People"}).status_code == 400


def test_moving_says_who_hears_the_recording_then_and_who_no_longer(sales: Collection, alice: User, bob: User) -> None:
    make_collection(alice, "People")
    Membership.objects.create(collection=sales, user=bob)
    recording = recorded("Pipeline", collection=sales)

    page = browser_of(alice).get(reverse("chat:recording-move", args=[recording.uuid]))

    assert "1 person hears it there: alice. No longer: bob." in said(page)


def test_a_manager_of_both_moves_a_recording(sales: Collection, alice: User) -> None:
    people, recording = make_collection(alice, "People"), recorded("Pipeline", collection=sales)

    page = browser_of(alice).post(
        reverse("chat:recording-move", args=[recording.uuid]), {"collection": people.uuid}, follow=True
    )

    assert Recording.objects.get().collection == people
    assert "The recording is in the collection “People” now" in said(page)


def test_who_does_not_manage_the_collection_has_no_page_for_moving(sales: Collection, bob: User) -> None:
    Membership.objects.create(collection=sales, user=bob)
    recording = recorded("Pipeline", collection=sales)

    assert browser_of(bob).get(reverse("chat:recording-move", args=[recording.uuid])).status_code == 404
    assert "/move/" not in text(browser_of(bob).get(recording.get_absolute_url()))


def test_each_recording_names_its_collection(sales: Collection, alice: User) -> None:
    recording = recorded("Pipeline", "We ship.", collection=sales)
    client = browser_of(alice)

    for page in ("/recordings/", recording.get_absolute_url()):
        assert "Sales" in text(client.get(page)), page


def test_the_list_of_recordings_can_be_of_one_collection(sales: Collection, alice: User, bob: User) -> None:
    recorded("Pipeline", collection=sales)
    recorded("Launch")
    place = f"/recordings/?collection={sales.uuid}"

    assert "Pipeline" in text(browser_of(alice).get(place))
    assert "Launch" not in text(browser_of(alice).get(place))
    assert browser_of(bob).get(place).status_code == 404
