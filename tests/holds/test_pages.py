"""The page of legal holds, and the command."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from chat.models import AccessEvent, Collection, Hold, holding

from ..support.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def boss(client: Client) -> User:
    boss = User.objects.create_superuser("boss", password="boss-secret-words")
    client.force_login(boss)
    return boss


def form(**more: str) -> dict[str, str]:
    return {"name": "Case 12", "reason": "A claim of a customer", "collection": "", "user": "", **more}


def test_a_hold_is_placed_on_a_collection_or_a_user_and_released(client: Client, boss: User, alice: User) -> None:
    team = Collection.objects.get()

    assert "chosen" not in text(client.get(f"/holds/new/?collection={team.uuid}"))
    client.post("/holds/new/", form(collection=str(team.uuid)))
    client.post("/holds/new/", form(user="ALICE"))
    page = text(client.get("/holds/"))

    assert "2 in force" in page
    assert "A claim of a customer" in page
    on_team, on_alice = Hold.objects.order_by("pk")
    assert (on_team.collection, on_alice.user, on_team.placed_by) == (team, alice, "boss")
    assert "user <bdi>alice</bdi>" in text(client.get("/holds/?q=alice"))
    assert "No hold has these words" in text(client.get("/holds/?q=nothing"))

    assert "unless another hold keeps them" in " ".join(text(client.get(f"/holds/{on_alice.uuid}/release/")).split())
    client.post(f"/holds/{on_alice.uuid}/release/")
    again = text(client.post(f"/holds/{on_alice.uuid}/release/", follow=True))

    assert "1 in force" in again
    assert "was released before" in again
    assert "released by <bdi>boss</bdi>" in " ".join(again.split())
    assert AccessEvent.objects.filter(kind__startswith="hold-").count() == 3


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({}, "Choose a collection, or type the name of a user: one of the two."),
        ({"user": "nobody"}, "No user has this name."),
        ({"user": "alice", "name": ""}, "Please give the hold a name."),
        ({"user": "alice", "name": "Standing"}, "alice is under a hold of the name “Standing” already."),
    ],
)
def test_a_wrong_form_says_what_to_do(client: Client, boss: User, alice: User, wrong: dict[str, str], why: str) -> None:
    holding.place(alice, name="Standing", reason="A claim", actor=boss)

    response = client.post("/holds/new/", form(**wrong))

    assert response.status_code == 400
    assert why in text(response)
    assert Hold.objects.count() == 1


def test_the_pages_that_delete_people_name_the_hold_before(client: Client, boss: User, alice: User) -> None:
    holding.place(alice, name="Case 12", reason="A claim", actor=boss)

    assert "kept under the legal hold “Case 12”" in text(client.get(f"/people/{alice.pk}/delete/"))


def test_the_members_of_a_collection_see_its_holds_without_the_reason(client: Client, boss: User) -> None:
    holding.place(Collection.objects.get(), name="Case 12", reason="A secret claim", actor=boss)

    page = text(client.get(Collection.objects.get().get_absolute_url()))

    assert "put it under the legal hold “Case 12”" in page
    assert "secret claim" not in page


def test_the_command_places_lists_and_releases(alice: User) -> None:
    out = StringIO()

    call_command("hold", "place", "Case 12", "--user", "alice", "--reason", "A claim", stdout=out)
    call_command("hold", "list", stdout=out)
    call_command("hold", "release", "Case 12", "--user", "alice", stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[0] == lines[1]
    assert lines[0].startswith("'Case 12' on the user 'alice': in force since ")
    assert ", released " in lines[2]
    with pytest.raises(CommandError, match="No hold 'Case 12' is in force there"):
        call_command("hold", "release", "Case 12", "--user", "alice")
    with pytest.raises(CommandError, match="There is no collection 'Nowhere'"):
        call_command("hold", "place", "Case 12", "--collection", "Nowhere", "--reason", "A claim")


def test_the_page_about_data_says_that_there_are_holds(client: Client, boss: User) -> None:
    hold = holding.place(Collection.objects.get(), name="Case 12", reason="A claim", actor=boss)

    assert "Legal holds are in force" in text(client.get("/about/data/"))
    holding.release(hold, actor=boss)
    assert "Legal holds are in force" not in text(client.get("/about/data/"))
