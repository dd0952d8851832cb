"""A clock that the test sets, and people with factors."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from chat.accounts import coming_in, login_sessions
from chat.models import How, acting
from chat.second_factor import app, views
from chat.second_factor.app import code_at, new_secret
from chat.second_factor.factors import make_recovery_codes, set_up_app
from chat.second_factor.notices import Notice

PASSWORD = "long-secret-words"


@dataclass
class TestClock:
    """The time of all that concerns second factors."""

    __test__ = False

    now: float = 1_800_000_000.0

    def time(self) -> float:
        return self.now

    @property
    def step(self) -> int:
        return int(self.now) // app.PERIOD


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> TestClock:
    clock = TestClock()
    for module in (app, views, coming_in, login_sessions):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=clock.time))
    return clock


@pytest.fixture(autouse=True)
def offered(settings: Settings) -> None:
    """Users can have second factors."""
    settings.SECOND_FACTOR = "offered"


@pytest.fixture
def passkey_site(settings: Settings) -> None:
    """The site has a name, as passkeys need it."""
    settings.ORIGINS = ["http://localhost:8000"]
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]


@dataclass
class Factored:
    """A user with an authenticator app and recovery codes."""

    user: User
    secret: str
    codes: list[str]
    clock: TestClock

    def code(self, ahead: int = 0) -> str:
        """Return the code that the app shows some steps ahead of now."""
        return code_at(self.secret, self.clock.step + ahead)


@pytest.fixture
def dana(db: None, clock: TestClock) -> Factored:
    """dana has a password and an app, which was set up an hour ago."""
    user = User.objects.create_user("dana", "dana@example.com", PASSWORD)
    secret = new_secret()
    with acting(user, How.PAGE):
        set_up_app(user, secret, code_at(secret, clock.step), Notice())
        codes = make_recovery_codes(user, Notice())
    clock.now += 3600
    return Factored(user, secret, codes, clock)


def with_password(client: Client, username: str, address: str = "127.0.0.1") -> Any:
    """Send the form of the sign-in page."""
    data = {"username": username, "password": PASSWORD, "next": "/recordings/"}
    return client.post("/accounts/login/", data, REMOTE_ADDR=address)


def with_code(client: Client, code: str, address: str = "127.0.0.1") -> Any:
    """Send the form of the second step."""
    return client.post("/accounts/second-step/", {"code": code}, REMOTE_ADDR=address)


def options_in(response: Any) -> dict[str, Any]:
    """Return what a page says to the browser about passkeys."""
    found = re.search(r'data-passkey-options="([^"]*)"', response.content.decode())
    assert found, response.content.decode()
    options: dict[str, Any] = json.loads(unescape(found[1]))
    return options


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
