"""The pages on which invited people come in."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.models import LoginSession

from ..support.pages import text
from .conftest import PASSWORD, invited, said
from .test_inviting import grow_old

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.mark.parametrize("method", ["get", "head", "put", "options"])
def test_programs_that_look_at_a_link_do_not_use_it_up(boss: User, method: str) -> None:
    _, link = invited(boss)

    for _ in range(3):
        getattr(Client(headers={"sec-purpose": "prefetch"}), method)(link)

    assert Client().post(link, {"username": "ana", **PASSWORD}).status_code == 302


def test_a_used_link_says_so_and_what_to_do(boss: User) -> None:
    _, link = invited(boss)
    Client().post(link, {"username": "ana", **PASSWORD})

    for response in (Client().get(link), Client().post(link, {"username": "eve", **PASSWORD})):
        assert response.status_code == 410
        assert "This invitation was used" in said(response)
        assert "/accounts/login/" in text(response)
    assert not User.objects.filter(username="eve").exists()


def test_a_link_that_is_too_old_says_so(boss: User) -> None:
    invitation, link = invited(boss)
    grow_old(invitation)

    response = Client().get(link)

    assert response.status_code == 410
    assert "This invitation is too old" in said(response)


def test_a_stranger_does_not_learn_that_the_address_has_an_account(boss: User) -> None:
    _, link = invited(boss)
    User.objects.create_user("ana", "ana@example.com")

    response = Client().get(link)

    assert response.status_code == 410
    assert "account" not in said(response)


@pytest.mark.parametrize("secret", ["x", "%00", "é", "a" * 500])
def test_a_forged_link_does_not_work(client: Client, boss: User, secret: str) -> None:
    assert client.get(f"/accounts/invitation/{secret}/").status_code == 410
    assert client.post(f"/accounts/invitation/{secret}/", {"username": "ana", **PASSWORD}).status_code == 410


@pytest.mark.parametrize(
    ("wrong", "said_there"),
    [
        ({"username": "BOSS"}, "A user with that username already exists."),
        ({"username": "a b"}, "Enter a valid username."),
        ({"password1": "12345", "password2": "12345"}, "too short"),
        ({"password1": "ana@example.com", "password2": "ana@example.com"}, "too similar"),
        ({"password2": "another"}, "didn’t match"),
    ],
)
def test_a_name_or_password_that_cannot_be_leaves_the_link_as_it_is(
    boss: User, wrong: dict[str, str], said_there: str
) -> None:
    _, link = invited(boss)

    response = Client().post(link, {"username": "ana", **PASSWORD} | wrong)

    assert response.status_code == 400
    assert said_there in said(response)
    assert Client().post(link, {"username": "ana", **PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password1": "12345", "password2": "12345"}, "password1"),
        ({"password2": "another"}, "password2"),
        ({"username": "a b", "password2": "another"}, "username"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_first_such_field_has_the_focus(
    boss: User, wrong: dict[str, str], field: str
) -> None:
    _, link = invited(boss)

    page = Client().post(link, {"username": "ana", **PASSWORD} | wrong).content.decode()

    assert re.findall(r'id="id_(\w+)_error"', page)[0] == field
    assert re.findall(r'<input [^>]*name="(\w+)"[^>]* autofocus', page) == [field]


def test_whoever_is_signed_in_here_is_signed_out(client: Client, alice: User, boss: User) -> None:
    _, link = invited(boss)
    client.force_login(alice)

    assert "alice is signed in now" in said(client.get(link))
    client.post(link, {"username": "ana", **PASSWORD})

    assert LoginSession.objects.get(user=alice).ended_at
    assert client.session["_auth_user_id"] == str(User.objects.get(username="ana").pk)
