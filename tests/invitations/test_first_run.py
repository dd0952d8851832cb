"""The link with which the first administrator comes in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from chat.invitations.first_run import first_run_lines
from chat.models import AccessEvent, FirstRunLink, How, Kind, LoginSession, NotFound

from ..support.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

ADA = {"username": "ada", "email": "ada@example.com", "password1": "quite-another-word"}
ADA |= {"password2": ADA["password1"]}


@pytest.fixture
def link() -> str:
    [line] = first_run_lines()
    return urlsplit(line.split()[-1]).path


def test_the_link_makes_the_first_administrator_and_signs_them_in(client: Client, link: str) -> None:
    page = client.get(link)
    response = client.post(link, ADA, follow=True)

    assert "Become the administrator" in text(page)
    assert "You are the administrator of this site." in text(response)
    assert "Invite colleagues at People, and add recordings at Recordings, in the menu." in text(response)
    ada = User.objects.get()
    assert (ada.username, ada.email, ada.is_superuser, ada.is_staff) == ("ada", "ada@example.com", True, True)
    assert LoginSession.objects.get(ended_at=None).user == ada


def test_it_is_an_event_of_the_log_of_accesses(client: Client, link: str) -> None:
    client.post(link, ADA)

    event = AccessEvent.objects.get(kind=Kind.FIRST_ADMINISTRATOR)
    assert (event.member_name, event.actor_name, event.how) == ("ada", "ada", How.LINK)


def test_only_the_digest_of_a_link_is_stored(link: str) -> None:
    secret = link.strip("/").split("/")[-1]

    assert len(secret) >= 40
    assert secret not in str(FirstRunLink.objects.values())


@pytest.mark.parametrize("method", ["get", "head", "put", "options"])
def test_programs_that_look_at_a_link_do_not_use_it_up(client: Client, link: str, method: str) -> None:
    getattr(client, method)(link)

    assert not User.objects.exists()
    assert client.post(link, ADA).status_code == 302


def test_a_link_works_once_and_says_so(client: Client, link: str) -> None:
    client.post(link, ADA)

    for response in (Client().get(link), Client().post(link, ADA | {"username": "eve"})):
        assert response.status_code == 410
        assert "This site has an administrator already" in text(response)
    assert [user.username for user in User.objects.all()] == ["ada"]


def test_a_link_that_is_too_old_says_how_to_get_a_new_one(client: Client, link: str) -> None:
    day = timedelta(days=1, seconds=1)
    FirstRunLink.objects.update(made_at=timezone.now() - 2 * day, expires_at=timezone.now() - day)

    for response in (client.get(link), client.post(link, ADA)):
        assert response.status_code == 410
        assert "Start the site again: it prints a new link" in text(response)


@pytest.mark.parametrize("secret", ["x", "%00", "é", "a" * 500])
def test_a_forged_link_does_not_work(client: Client, link: str, secret: str) -> None:
    assert client.get(f"/accounts/first/{secret}/").status_code == 410
    assert client.post(f"/accounts/first/{secret}/", ADA).status_code == 410


def test_the_links_of_several_processes_work_until_one_is_used(client: Client, link: str) -> None:
    [later] = first_run_lines()

    assert client.get(link).status_code == 200
    client.post(urlsplit(later.split()[-1]).path, ADA)

    assert Client().get(link).status_code == 410


def test_where_there_is_an_administrator_no_link_is_printed_and_an_old_one_does_not_work(
    client: Client, link: str
) -> None:
    User.objects.create_superuser("root", password="root-secret-words")

    assert first_run_lines() == []
    assert client.post(link, ADA).status_code == 410


def test_an_administrator_who_was_deactivated_does_not_count(client: Client) -> None:
    User.objects.create_superuser("root", is_active=False)

    assert len(first_run_lines()) == 1


def test_behind_a_trusted_proxy_there_is_no_link(client: Client, link: str, settings: Settings) -> None:
    settings.TRUSTED_PROXY = "10.0.0.1"

    assert first_run_lines() == []
    assert client.post(link, ADA).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"username": "alice"}, "A user with that username already exists."),
        ({"username": ""}, "This field is required."),
        ({"email": "nowhere"}, "Enter a valid email address."),
        ({"password2": "something else"}, "didn’t match"),
        ({"password1": "12345", "password2": "12345"}, "too short"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_the_link_still_works(
    client: Client, alice: User, link: str, wrong: dict[str, str], said: str
) -> None:
    response = client.post(link, ADA | wrong)

    assert response.status_code == 400
    assert said in text(response)
    assert client.post(link, ADA).status_code == 302


def test_whoever_is_signed_in_here_is_signed_out(client: Client, alice: User, link: str) -> None:
    client.force_login(alice)

    assert "<bdi>alice</bdi> is signed in now" in text(client.get(link))
    client.post(link, ADA)

    assert client.session["_auth_user_id"] == str(User.objects.get(username="ada").pk)
    assert LoginSession.objects.get(user=alice).ended_at


def test_of_two_who_use_links_at_once_one_becomes_administrator(
    monkeypatch: pytest.MonkeyPatch, link: str, client: Client
) -> None:
    works = FirstRunLink.works
    used: list[str] = []

    def works_while_another_request_uses_it(secret: str) -> bool:
        is_good = works(secret)
        if is_good and not used:
            used.append(secret)
            FirstRunLink.use(secret, User(username="eve"))
        return is_good

    monkeypatch.setattr(FirstRunLink, "works", works_while_another_request_uses_it)

    assert client.post(link, ADA).status_code == 410
    assert [user.username for user in User.objects.all()] == ["eve"]


def test_a_name_that_is_taken_meanwhile_is_said_at_the_field(
    monkeypatch: pytest.MonkeyPatch, client: Client, link: str, alice: User
) -> None:
    def taken(*_: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(FirstRunLink, "use", taken)

    assert "Somebody has just taken this name." in text(client.post(link, ADA))


def test_the_schema_refuses_a_link_that_works_for_no_time() -> None:
    sql = "INSERT INTO chat_firstrunlink (digest, made_at, expires_at) VALUES ('x', %s, %s)"
    now = timezone.now()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [now, now])


def test_a_link_that_no_longer_works_leaves_no_account() -> None:
    with pytest.raises(NotFound):
        FirstRunLink.use("unknown", User(username="eve"))

    assert not User.objects.exists()
