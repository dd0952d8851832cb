"""Passkeys: made, used and refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from chat.accounts.second_factors import has_factor

from ..support.passkey import Passkey
from .conftest import PASSWORD, is_signed_in, options_in, with_password

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files", "passkey_site")]

ADD = "/accounts/second-factor/passkey/"


@pytest.fixture
def eve(db: None) -> User:
    return User.objects.create_user("eve", password=PASSWORD)


@pytest.fixture
def browser(eve: User) -> Client:
    """The browser in which eve is signed in, at the name of the site."""
    client = Client(headers={"host": "localhost"})
    with_password(client, "eve")
    return client


def add(browser: Client, passkey: Passkey, name: str = "blue key") -> Any:
    options = options_in(browser.get(ADD))
    return browser.post(ADD, {"name": name, "credential": passkey.made(options)})


def arriving() -> Client:
    """Return another browser, in which eve has typed the password."""
    client = Client(headers={"host": "localhost"})
    with_password(client, "eve")
    return client


def use(client: Client, passkey: Passkey) -> Any:
    options = options_in(client.get("/accounts/second-step/"))
    return client.post("/accounts/second-step/", {"credential": passkey.used(options)})


def test_a_passkey_is_the_second_factor(browser: Client, eve: User) -> None:
    passkey = Passkey()

    made = add(browser, passkey)

    assert "Your recovery codes" in made.content.decode()
    client = arriving()
    assert not is_signed_in(client)
    assert use(client, passkey)["Location"] == "/recordings/"
    assert is_signed_in(client)
    page = client.get("/accounts/second-factor/").content.decode()
    assert "blue key" in page
    assert "last used" in page


def test_what_was_signed_for_another_challenge_does_not_count(browser: Client) -> None:
    passkey = Passkey()
    add(browser, passkey)
    client = arriving()
    said = passkey.used(options_in(client.get("/accounts/second-step/")))
    client.get("/accounts/second-step/")  # which has another challenge

    assert client.post("/accounts/second-step/", {"credential": said}).status_code == 400
    assert not is_signed_in(client)


def test_an_answer_counts_once(browser: Client) -> None:
    passkey = Passkey()
    add(browser, passkey)
    client = arriving()
    said = passkey.used(options_in(client.get("/accounts/second-step/")))
    client.post("/accounts/second-step/", {"credential": said})
    client.post("/accounts/logout/")
    with_password(client, "eve")

    assert client.post("/accounts/second-step/", {"credential": said}).status_code == 400


@pytest.mark.parametrize(
    "other",
    [
        Passkey(),
        Passkey(host="evil.example"),
        Passkey(origin="http://evil.example"),
        Passkey(origin="http://localhost"),
    ],
    ids=["another key", "another host", "another origin", "another port"],
)
def test_a_false_passkey_does_not_count(browser: Client, other: Passkey) -> None:
    mine = Passkey()
    add(browser, mine)
    if (other.host, other.origin) != (mine.host, mine.origin):
        other.key = mine.key

    client = arriving()

    assert use(client, other).status_code == 400
    assert not is_signed_in(client)


def test_a_copy_of_a_key_that_counts_is_refused(browser: Client) -> None:
    passkey = Passkey()
    add(browser, passkey)
    assert use(arriving(), passkey).status_code == 302
    passkey.counter -= 1

    assert use(arriving(), passkey).status_code == 400


@pytest.mark.parametrize("said", ["", "no JSON", "[]", "{}", '{"id": 1, "rawId": "x", "response": 3}', "null"])
def test_nonsense_is_refused_in_words(browser: Client, said: str) -> None:
    add(browser, Passkey())
    client = arriving()
    client.get("/accounts/second-step/")

    response = client.post("/accounts/second-step/", {"credential": said})

    assert response.status_code == 400
    assert "The passkey was not accepted" in response.content.decode()
    assert "not accepted" in browser.post(ADD, {"name": "x", "credential": said}).content.decode()


def test_a_passkey_of_another_address_is_not_stored(browser: Client, eve: User) -> None:
    response = add(browser, Passkey(origin="https://evil.example"))

    assert response.status_code == 400
    assert not has_factor(eve)


def test_at_another_address_the_page_names_the_right_one(eve: User) -> None:
    client = Client()
    with_password(client, "eve")

    assert "http://localhost:8000" in client.get(ADD).content.decode()


def test_without_a_name_or_https_there_are_no_passkeys(settings: Settings, browser: Client) -> None:
    settings.ORIGINS = ["http://10.0.0.7:8000", "http://chat.example.com"]

    assert "Browsers allow passkeys only where" in browser.get("/accounts/second-factor/").content.decode()
    assert "Use an authenticator app" in browser.get(ADD).content.decode()


def test_behind_a_proxy_the_name_is_that_of_the_settings(settings: Settings, browser: Client) -> None:
    settings.ORIGINS = ["https://chat.example.com"]
    settings.ALLOWED_HOSTS = ["chat.example.com"]

    options = options_in(browser.get(ADD, headers={"host": "chat.example.com"}))

    assert options["publicKey"]["rp"]["id"] == "chat.example.com"
