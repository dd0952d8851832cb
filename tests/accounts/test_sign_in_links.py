"""Links that sign in one user, once and within an hour."""

from __future__ import annotations

from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.management import CommandError, call_command
from django.test import Client

from chat.accounts.sign_in_links import SignInTokens, redeem, sign_in_link
from chat.models import LoginSession

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.usefixtures("static_files")]

BASE = "http://127.0.0.1:8000"


def path_of(link: str) -> str:
    return urlsplit(link).path


def test_a_link_signs_in_once(alice: User) -> None:
    link = path_of(sign_in_link(alice, BASE))

    first, second = Client().get(link), Client().get(link)

    assert (first.status_code, first["Location"]) == (302, "/")
    assert second.status_code == 410
    assert "This link no longer works" in second.content.decode()
    assert "/accounts/login/" in second.content.decode()


def test_a_link_works_once_even_if_it_is_used_twice_simultaneously(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, _, uid, token, _ = path_of(sign_in_link(alice, BASE)).split("/")
    check, redeemed_meanwhile = SignInTokens.check_token, []

    def check_while_another_request_redeems_it(tokens: SignInTokens, user: User, given: str) -> bool:
        monkeypatch.undo()
        is_valid = check(tokens, user, given)
        redeemed_meanwhile.append(redeem(uid, token))
        return is_valid

    monkeypatch.setattr(SignInTokens, "check_token", check_while_another_request_redeems_it)

    assert redeem(uid, token) is None
    assert redeemed_meanwhile == [alice]


def test_any_other_sign_in_invalidates_a_link(client: Client, alice: User) -> None:
    link = path_of(sign_in_link(alice, BASE))

    client.post("/accounts/login/", {"username": "alice", "password": "alice-secret-words"})

    assert Client().get(link).status_code == 410


def test_a_link_expires_after_an_hour(client: Client, alice: User, settings: Any) -> None:
    link = path_of(sign_in_link(alice, BASE))

    settings.PASSWORD_RESET_TIMEOUT = -1

    assert client.get(link).status_code == 410


def test_changing_the_password_invalidates_a_link(client: Client, alice: User) -> None:
    link = path_of(sign_in_link(alice, BASE))

    alice.set_password("another one")
    alice.save()

    assert client.get(link).status_code == 410


def test_a_link_of_an_inactive_user_does_not_work(client: Client, alice: User) -> None:
    link = path_of(sign_in_link(alice, BASE))

    User.objects.update(is_active=False)

    assert client.get(link).status_code == 410


def test_a_token_for_resetting_a_password_makes_no_valid_link(client: Client, alice: User) -> None:
    uid = path_of(sign_in_link(alice, BASE)).split("/")[3]

    assert client.get(f"/accounts/link/{uid}/{default_token_generator.make_token(alice)}/").status_code == 410


@pytest.mark.parametrize("uid", ["MQ", "x", "%00", "-1", "9" * 40, "é", "LTE"])
def test_a_forged_link_does_not_work(client: Client, uid: str) -> None:
    assert client.get(f"/accounts/link/{uid}/a-token/").status_code == 410


@pytest.mark.parametrize("method", ["head", "post", "put"])
def test_only_a_get_request_uses_up_a_link(client: Client, alice: User, method: str) -> None:
    link = path_of(sign_in_link(alice, BASE))

    assert getattr(client, method)(link).status_code == 405
    assert client.get(link).status_code == 302


def test_a_link_signs_out_another_user_of_the_browser(client: Client, alice: User, bob: User) -> None:
    client.force_login(bob)

    client.get(path_of(sign_in_link(alice, BASE)))

    assert client.session["_auth_user_id"] == str(alice.pk)
    assert LoginSession.objects.get(user=bob).ended_at


def test_the_command_prints_a_link(client: Client, alice: User) -> None:
    out = StringIO()

    call_command("sign_in_link", "alice", "--base-url", "https://chat.example", stdout=out)

    link = out.getvalue().strip()
    assert link.startswith("https://chat.example/accounts/link/")
    assert client.get(path_of(link)).status_code == 302


def test_the_command_refuses_users_who_cannot_sign_in(alice: User) -> None:
    User.objects.update(is_active=False)

    with pytest.raises(CommandError, match="not active"):
        call_command("sign_in_link", "alice")
    with pytest.raises(CommandError, match="There is no user 'nobody'"):
        call_command("sign_in_link", "nobody")
