"""Every door to recordings: a user gets what they hear, and of the rest not even that it exists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from chat.models import Membership, Recording, Turn

from ..support.two_teams import Team, team

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.usefixtures("static_files")]

PAGES_OF_A_RECORDING = ["", "segments/", "segments/?q=zephyrine", "text/", "audio/", "?words=1:0-3", "?q=zephyrine"]


@pytest.fixture(autouse=True)
def own(alice: User, settings: Settings, tmp_path: Path) -> Team:
    settings.MEDIA_ROOT = tmp_path
    for secret in ("quokka", "narwhal"):
        (tmp_path / f"{secret}.mp3").write_bytes(b"sound")
    return team(alice, "quokka")


@pytest.fixture(autouse=True)
def others(bob: User) -> Team:
    return team(bob, "narwhal")


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def fetched(client: Client, address: str) -> tuple[int, bytes, int]:
    """Return the status, the body and the number of queries."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    return response.status_code, response.content, len(queries)


@pytest.mark.parametrize("address", PAGES_OF_A_RECORDING)
def test_a_recording_that_is_not_heard_is_as_one_that_is_not_there(page: Client, others: Team, address: str) -> None:
    foreign = fetched(page, f"/recordings/{others.recording.uuid}/{address}")
    missing = fetched(page, f"/recordings/{uuid4()}/{address}")

    assert foreign == missing
    assert foreign[0] == 404


@pytest.mark.parametrize("address", PAGES_OF_A_RECORDING)
def test_a_recording_is_open_to_who_hears_it(page: Client, own: Team, address: str) -> None:
    assert page.get(f"/recordings/{own.recording.uuid}/{address}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/recordings/",
        "/recordings/?q=title",
        "/recordings/options/",
        "/recordings/options/?q=title",
    ],
)
def test_lists_have_only_what_is_heard(page: Client, own: Team, others: Team, address: str) -> None:
    html = page.get(address).content.decode()

    assert own.secret in html
    assert others.secret not in html
    assert str(others.recording.uuid) not in html


def test_the_home_page_counts_what_is_heard(page: Client, alice: User, others: Team) -> None:
    assert page.get("/").context["recording_count"] == 1

    Membership.objects.create(collection=others.collection, user=alice)

    assert page.get("/").context["recording_count"] == 2


def test_the_home_page_does_not_choose_what_is_not_heard(page: Client, others: Team) -> None:
    foreign = page.get(f"/?recording={others.recording.uuid}")
    missing = page.get(f"/?recording={uuid4()}")

    assert foreign.context["filter_summary"] == missing.context["filter_summary"] == "Choose what to search"
    assert others.secret not in foreign.content.decode()


def test_the_examples_of_one_user_are_not_remembered_for_another(client: Client, alice: User, bob: User) -> None:
    shown = {}
    for user in (alice, bob, alice):
        client.force_login(user)
        shown[user] = {example.recording.title for example in client.get("/").context["examples"]}

    assert shown == {alice: {"Title quokka"}, bob: {"Title narwhal"}}


@pytest.mark.django_db(transaction=True)
def test_the_list_of_the_api_has_only_what_is_heard(page: Client, own: Team) -> None:
    assert [each["title"] for each in page.get("/api/recordings").json()["recordings"]] == [own.recording.title]


@pytest.mark.django_db(transaction=True)
def test_the_list_of_the_api_does_not_continue_after_what_is_not_heard(page: Client, others: Team) -> None:
    foreign = fetched(page, f"/api/recordings?after={others.recording.uuid}")
    missing = fetched(page, f"/api/recordings?after={uuid4()}")

    assert foreign == missing
    assert foreign[0] == 404


def asked_about(page: Client, recording: UUID) -> tuple[int, int, str]:
    """Ask about a recording by the form; return the status, the number of queries and the refusal."""
    form = {"question": "When?", "request_id": str(uuid4()), "recordings": [str(recording)]}
    with CaptureQueriesContext(connection) as queries:
        response = page.post("/ask/", form)
    return response.status_code, len(queries), response.context["refusal"] if response.context else ""


def test_a_question_about_what_is_not_heard_is_refused_as_if_it_were_not_there(page: Client, others: Team) -> None:
    asked_about(page, uuid4())  # fills the caches
    foreign, missing = asked_about(page, others.recording.uuid), asked_about(page, uuid4())

    assert foreign == missing
    assert foreign[0] == 404
    assert "no longer exists" in foreign[2]


def test_a_question_keeps_its_filter_but_no_longer_offers_what_was_moved_away(
    page: Client, own: Team, others: Team
) -> None:
    assert asked_about(page, own.recording.uuid)[0] == 302
    turn = Turn.objects.get()
    Recording.objects.filter(pk=own.recording.pk).update(collection=others.collection)

    html = page.get(turn.conversation.get_absolute_url())
    edit = page.get(f"{turn.conversation.get_absolute_url()}?edit={turn.uuid}")

    assert f'href="/recordings/{own.recording.uuid}/"' not in html.content.decode()
    assert html.context["filter_summary"] == edit.context["filter_summary"] == "Choose what to search"


@pytest.fixture
def administrator(client: Client, alice: User) -> Client:
    """A client of alice, who may change and delete recordings in the admin."""
    alice.is_staff = True
    alice.save()
    alice.user_permissions.set(Permission.objects.filter(content_type__model="recording"))
    client.force_login(alice)
    return client


def test_the_admin_has_only_what_the_administrator_hears(administrator: Client, own: Team, others: Team) -> None:
    html = administrator.get("/admin/chat/recording/").content.decode()

    assert own.recording.title in html
    assert others.secret not in html


@pytest.mark.parametrize("address", ["change/", "history/", "delete/"])
def test_the_admin_of_what_is_not_heard_is_as_if_it_were_not_there(
    administrator: Client, own: Team, others: Team, address: str
) -> None:
    def location(pk: int) -> str:
        return administrator.get(f"/admin/chat/recording/{pk}/{address}", follow=True).redirect_chain[0][0]

    assert administrator.get(f"/admin/chat/recording/{own.recording.pk}/{address}").status_code == 200
    assert location(others.recording.pk) == location(2**40) == "/admin/"


@pytest.mark.usefixtures("administrator")
def test_a_superuser_hears_by_membership_in_the_admin_too(client: Client, alice: User, others: Team) -> None:
    alice.is_superuser = True
    alice.save()

    assert others.secret not in client.get("/admin/chat/recording/").content.decode()


@pytest.fixture
def switch(alice: User) -> Callable[[], None]:
    def deactivate() -> None:
        alice.is_active = False
        alice.save()

    return deactivate


def test_who_is_no_longer_active_hears_nothing_in_an_open_session(
    page: Client, own: Team, switch: Callable[[], None]
) -> None:
    switch()

    assert page.get(f"/recordings/{own.recording.uuid}/").status_code == 302  # signed out
