"""A mail about a sign-in from a browser that has not been seen before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from chat.accounts import mail
from chat.accounts.known_browsers import COOKIE
from chat.accounts.sign_in_links import sign_in_link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def with_mail(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that sends e-mail, at once."""
    settings.EMAIL_URL, settings.DEFAULT_FROM_EMAIL = "smtp://mail.example", "chatsite@example.com"

    def at_once(work: Callable[[], object]) -> None:
        work()

    monkeypatch.setattr(mail.background, "start", at_once)


@pytest.fixture
def browser(alice: User, bob: User) -> Client:
    for user in (alice, bob):
        user.email = f"{user.username}@example.com"
        user.save()
    return Client(headers={"user-agent": FIREFOX})


def sign_in(browser: Client, name: str = "alice") -> Any:
    return browser.post("/accounts/login/", {"username": name, "password": f"{name}-secret-words"})


def test_the_first_sign_in_from_a_browser_is_told_with_what_to_do(
    browser: Client, mailoutbox: list[EmailMessage]
) -> None:
    sign_in(browser)

    [sent] = mailoutbox
    assert sent.to == ["alice@example.com"]
    assert "Browser: Firefox on Linux\n" in str(sent.body)
    assert "When: " in str(sent.body)
    assert "http://127.0.0.1:8000/accounts/\n\nsign out the other devices there" in str(sent.body)


def test_a_browser_that_was_seen_is_not_told_again(browser: Client, mailoutbox: list[EmailMessage]) -> None:
    for _ in range(3):
        sign_in(browser)
        browser.post("/accounts/logout/")

    assert len(mailoutbox) == 1


def test_a_browser_is_new_for_each_user(browser: Client, mailoutbox: list[EmailMessage]) -> None:
    for name in ("alice", "bob", "alice"):
        sign_in(browser, name)
        browser.post("/accounts/logout/")

    assert [sent.to for sent in mailoutbox] == [["alice@example.com"], ["bob@example.com"]]


def test_a_sign_in_by_a_link_is_told_as_well(browser: Client, alice: User, mailoutbox: list[EmailMessage]) -> None:
    browser.post(sign_in_link(User.objects.get(pk=alice.pk), ""))

    assert len(mailoutbox) == 1


def test_a_wrong_password_is_not_a_sign_in(browser: Client, mailoutbox: list[EmailMessage]) -> None:
    browser.post("/accounts/login/", {"username": "alice", "password": "a guess"})

    assert mailoutbox == []
    assert COOKIE not in browser.cookies


@pytest.mark.parametrize("forged", ["x", "W10:1:x", "", "é"])
def test_a_forged_cookie_is_none(browser: Client, mailoutbox: list[EmailMessage], forged: str) -> None:
    browser.cookies[COOKIE] = forged

    sign_in(browser)

    assert len(mailoutbox) == 1


def test_the_cookie_names_nobody_and_scripts_do_not_read_it(browser: Client, alice: User) -> None:
    sign_in(browser)

    cookie = browser.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert "alice" not in cookie.value


def test_the_cookie_of_a_shared_browser_stays_small(browser: Client, settings: Settings) -> None:
    for number in range(25):
        User.objects.create_user(f"user{number}", f"user{number}@example.com", f"user{number}-secret-words")
        sign_in(browser, f"user{number}")
        browser.post("/accounts/logout/")

    assert len(browser.cookies[COOKIE].value) < 2000


def test_a_user_without_an_address_and_a_site_without_mail_tell_nobody(
    browser: Client, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    User.objects.update(email="")
    sign_in(browser)
    settings.EMAIL_URL = ""
    User.objects.update(email="bob@example.com")
    sign_in(other := Client(), "bob")

    assert mailoutbox == []
    assert COOKIE not in other.cookies
