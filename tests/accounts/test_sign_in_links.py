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


def test_a_link_opens_a_page_whose_button_signs_in_once(alice: User) -> None:
    link, browser = path_of(sign_in_link(alice, BASE)), Client()

    page = browser.get(link)
    signed_in, again = browser.post(link), Client().post(link)

    assert page.status_code == 200
    assert "Sign in as <bdi>alice</bdi>" in page.content.decode()
    assert (signed_in.status_code, browser.session["_auth_user_id"]) == (302, str(alice.pk))
    assert again.status_code == 410
    assert "This link no longer works" in again.content.decode()
    assert "/accounts/login/" in again.content.decode()


def test_a_used_link_says_so_before_the_button(alice: User) -> None:
    link = path_of(sign_in_link(alice, BASE))
    Client().post(link)

    assert Client().get(link).status_code == 410


@pytest.mark.parametrize("method", ["head", "get", "put", "options"])
def test_programs_that_look_at_a_link_do_not_use_it_up(client: Client, alice: User, method: str) -> None:
    link = path_of(sign_in_link(alice, BASE))

    responses = [getattr(Client(headers={"sec-purpose": "prefetch"}), method)(link) for _ in range(3)]

    assert not any("_auth_user_id" in response.client.session for response in responses)
    assert client.post(link).status_code == 302


def test_the_button_needs_the_token_of_its_page(alice: User) -> None:
    link, strict = path_of(sign_in_link(alice, BASE)), Client(enforce_csrf_checks=True)

    assert strict.post(link).status_code == 403
    strict.get(link)
    token = strict.cookies["csrftoken"].value

    assert strict.post(link, {"csrfmiddlewaretoken": token}).status_code == 302


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

    assert Client().post(link).status_code == 410


def test_a_link_expires_after_an_hour(client: Client, alice: User, settings: Any) -> None:
    link = path_of(sign_in_link(alice, BASE))

    settings.PASSWORD_RESET_TIMEOUT = -1

    assert (client.get(link).status_code, client.post(link).status_code) == (410, 410)


def test_changing_the_password_invalidates_a_link(client: Client, alice: User) -> None:
    link = path_of(sign_in_link(alice, BASE))

    alice.set_password("another one")
    alice.save()

    assert (client.get(link).status_code, client.post(link).status_code) == (410, 410)


def test_a_link_of_an_inactive_user_does_not_work(client: Client, alice: User) -> None:
    link = path_of(sign_in_link(alice, BASE))

    User.objects.update(is_active=False)

    assert (client.get(link).status_code, client.post(link).status_code) == (410, 410)


def test_a_token_for_resetting_a_password_makes_no_valid_link(client: Client, alice: User) -> None:
    uid = path_of(sign_in_link(alice, BASE)).split("/")[3]

    link = f"/accounts/link/{uid}/{default_token_generator.make_token(alice)}/"

    assert (client.get(link).status_code, client.post(link).status_code) == (410, 410)


@pytest.mark.parametrize("uid", ["MQ", "x", "%00", "-1", "9" * 40, "é", "LTE"])
def test_a_forged_link_does_not_work(client: Client, uid: str) -> None:
    link = f"/accounts/link/{uid}/a-token/"

    assert (client.get(link).status_code, client.post(link).status_code) == (410, 410)


def test_a_link_signs_out_another_user_of_the_browser(client: Client, alice: User, bob: User) -> None:
    client.force_login(bob)

    link = path_of(sign_in_link(alice, BASE))
    assert "<bdi>bob</bdi> is signed in now" in client.get(link).content.decode()
    client.post(link)

    assert client.session["_auth_user_id"] == str(alice.pk)
    assert LoginSession.objects.get(user=bob).ended_at


# The question for a password


def come_by_link(client: Client, user: User) -> str:
    """Sign in by a new link, and return the path to which it leads."""
    user.refresh_from_db()
    return str(client.post(path_of(sign_in_link(user, BASE)))["Location"])


def without_password(user: User) -> User:
    user.set_unusable_password()
    user.save()
    return user


def test_who_comes_by_a_link_is_asked_once_to_set_a_password(client: Client, alice: User) -> None:
    without_password(alice)

    assert come_by_link(client, alice) == "/accounts/password/"
    page = client.get("/accounts/password/").content.decode()

    assert "Set a password?" in page
    assert "Not now" in page
    assert "Old password" not in page
    assert come_by_link(Client(), alice) == "/"


def test_who_declines_can_set_a_password_later(client: Client, alice: User) -> None:
    without_password(alice)
    come_by_link(client, alice)

    account = client.get("/accounts/")

    assert account.status_code == 200
    assert "Set a password" in account.content.decode()


def test_who_forgot_the_password_sets_a_new_one_without_the_old(client: Client, alice: User) -> None:
    come_by_link(client, alice)
    new = {"new_password1": "quite-another-word", "new_password2": "quite-another-word"}

    assert "Old password" not in client.get("/accounts/password/").content.decode()
    client.post("/accounts/password/", new)

    assert Client().login(username="alice", password="quite-another-word")
    assert "Old password" in client.get("/accounts/password/").content.decode()


def test_an_hour_after_the_link_the_old_password_is_needed_again(client: Client, alice: User, settings: Any) -> None:
    come_by_link(client, alice)

    settings.PASSWORD_RESET_TIMEOUT = -1

    assert "Old password" in client.get("/accounts/password/").content.decode()


# The command


def test_the_command_prints_a_link(client: Client, alice: User) -> None:
    out = StringIO()

    call_command("sign_in_link", "alice", "--base-url", "https://chat.example", stdout=out)

    link = out.getvalue().strip()
    assert link.startswith("https://chat.example/accounts/link/")
    assert client.post(path_of(link)).status_code == 302


def test_the_command_refuses_users_who_cannot_sign_in(alice: User) -> None:
    User.objects.update(is_active=False)

    with pytest.raises(CommandError, match="not active"):
        call_command("sign_in_link", "alice")
    with pytest.raises(CommandError, match="There is no user 'nobody'"):
        call_command("sign_in_link", "nobody")
