"""Signing in with a second factor: nobody is signed in before both are proven."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from chat.accounts.sign_in_links import sign_in_link
from chat.models import AccessEvent, LoginSession, SignInAttempt
from chat.models.sign_in_attempt import WINDOW

from .conftest import PASSWORD, Factored, TestClock, is_signed_in, with_code, with_password

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


def test_the_password_alone_signs_nobody_in(client: Client, dana: Factored) -> None:
    response = with_password(client, "dana")

    assert response["Location"] == "/accounts/second-step/"
    assert not is_signed_in(client)
    assert not LoginSession.objects.filter(user=dana.user).exists()
    assert client.get("/recordings/")["Location"].startswith("/accounts/login/")


def test_password_and_code_open_the_page_that_was_asked_for(client: Client, dana: Factored) -> None:
    with_password(client, "dana")

    response = with_code(client, dana.code())

    assert response["Location"] == "/recordings/"
    assert LoginSession.objects.filter(user=dana.user, ended_at=None).count() == 1
    assert client.get("/recordings/").status_code == 200


def test_who_has_no_factor_signs_in_as_before(client: Client, alice: User) -> None:
    alice.set_password(PASSWORD)
    alice.save()

    assert with_password(client, "alice")["Location"] == "/recordings/"


@pytest.mark.parametrize("ahead", [-1, 0, 1])
def test_a_clock_may_be_wrong_by_one_step(client: Client, dana: Factored, ahead: int) -> None:
    with_password(client, "dana")

    assert with_code(client, dana.code(ahead)).status_code == 302


@pytest.mark.parametrize("ahead", [-2, 2])
def test_a_clock_may_not_be_wrong_by_more(client: Client, dana: Factored, ahead: int) -> None:
    with_password(client, "dana")

    response = with_code(client, dana.code(ahead))

    assert response.status_code == 400
    assert "This code is not right" in response.content.decode()
    assert not is_signed_in(client)


def test_a_code_counts_once_and_none_before_it(client: Client, dana: Factored) -> None:
    with_password(client, "dana")
    with_code(client, dana.code())
    others = [Client(), Client(), Client()]
    for other in others:
        with_password(other, "dana")

    outcomes = [with_code(other, dana.code(ahead)).status_code for other, ahead in zip(others, (0, -1, 1), strict=True)]
    assert outcomes == [400, 400, 302]


def test_a_recovery_code_counts_once_and_is_recorded(client: Client, dana: Factored) -> None:
    with_password(client, "dana")
    other = Client()
    with_password(other, "dana")
    spaced = f"{dana.codes[3][:4]} {dana.codes[3][4:]}"

    assert with_code(client, spaced).status_code == 302
    assert with_code(other, spaced).status_code == 400

    event = AccessEvent.objects.get(kind="recovery-code-used")
    assert (event.member_name, event.actor_name, event.how, event.details) == ("dana", "dana", "page", {"left": 9})


def test_a_sign_in_link_asks_for_the_second_factor_too(client: Client, dana: Factored) -> None:
    User.objects.filter(pk=dana.user.pk).update(last_login=timezone.now())
    link = sign_in_link(User.objects.get(pk=dana.user.pk), "")

    response = client.post(link)

    assert response["Location"] == "/accounts/second-step/"
    assert not is_signed_in(client)
    assert with_code(client, dana.code())["Location"] == "/accounts/password/"
    assert is_signed_in(client)


def test_wrong_codes_block_the_account_however_often_one_signs_in_anew(dana: Factored) -> None:
    for number in range(5):
        client = Client()
        with_password(client, "dana")
        assert with_code(client, "000000", address=f"192.0.2.{number}").status_code == 400
    client = Client()
    with_password(client, "dana")

    response = with_code(client, dana.code(), address="192.0.2.99")

    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()
    assert not is_signed_in(client)
    SignInAttempt.objects.update(at=timezone.now() - WINDOW)
    assert with_code(client, dana.code(), address="192.0.2.99").status_code == 302


def test_a_right_code_ends_the_count(client: Client, dana: Factored) -> None:
    with_password(client, "dana")
    for _ in range(4):
        with_code(client, "000000")

    with_code(client, dana.code())

    assert not SignInAttempt.objects.exists()


def test_the_second_step_lasts_ten_minutes(client: Client, dana: Factored, clock: TestClock) -> None:
    with_password(client, "dana")
    clock.now += 601

    assert with_code(client, dana.code())["Location"] == "/accounts/login/"
    assert not is_signed_in(client)


@pytest.mark.parametrize("change", ["password", "inactive"])
def test_a_change_of_the_account_ends_the_second_step(client: Client, dana: Factored, change: str) -> None:
    with_password(client, "dana")
    if change == "password":
        dana.user.set_password("another-long-word")
    else:
        dana.user.is_active = False
    dana.user.save()

    assert with_code(client, dana.code())["Location"] == "/accounts/login/"


def test_without_the_first_factor_there_is_no_second_step(client: Client, dana: Factored) -> None:
    assert client.get("/accounts/second-step/")["Location"] == "/accounts/login/"
    assert with_code(client, dana.code())["Location"] == "/accounts/login/"


def test_the_session_of_the_second_step_has_a_key_of_its_own(client: Client, dana: Factored) -> None:
    client.session.save()
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key

    with_password(client, "dana")

    assert client.session.session_key != planted


def test_a_changed_secret_key_lets_no_code_in(client: Client, dana: Factored, monkeypatch: pytest.MonkeyPatch) -> None:
    with_password(client, "dana")
    monkeypatch.setattr("chat.second_factor.adapter.SALT", "another")

    assert with_code(client, dana.code()).status_code == 400
    assert with_code(client, dana.codes[0]).status_code == 400


def test_the_database_has_no_readable_secret(dana: Factored) -> None:
    from allauth.mfa.models import Authenticator

    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert dana.secret not in stored
    assert not any(code in stored for code in dana.codes)
