"""``EMAIL_URL``: how mails leave."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from chatsite.mail import MailServer

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("", MailServer("django.core.mail.backends.dummy.EmailBackend")),
        ("console", MailServer("django.core.mail.backends.console.EmailBackend")),
        ("smtp://mail.example", MailServer(SMTP, "mail.example", 587, starttls=True)),
        ("smtps://mail.example", MailServer(SMTP, "mail.example", 465, tls=True)),
        ("SMTP://mail.example:2525/", MailServer(SMTP, "mail.example", 2525, starttls=True)),
        ("smtp://localhost:25?tls=off", MailServer(SMTP, "localhost", 25)),
        ("smtps://[::1]:465", MailServer(SMTP, "::1", 465, tls=True)),
        ("smtps://me%40a.example:a%2Fb@b.example", MailServer(SMTP, "b.example", 465, "me@a.example", "a/b", tls=True)),
    ],
)
def test_a_url_says_which_server_and_how(url: str, server: MailServer) -> None:
    assert MailServer.of(url) == server


@given(st.text(min_size=1), st.text())
def test_any_user_and_password_can_be_written(user: str, password: str) -> None:
    server = MailServer.of(f"smtps://{quote(user, safe='', errors='replace')}:{quote(password, '')}@mail.example")

    assert (server.user, server.password) == (user, password)


@pytest.mark.parametrize(
    "url",
    [
        "smtp://",
        "smtp://mail.example/inbox",
        "smtp://me:secret@mail.example?tls=no",
        "smtps://me:secret@mail.example?tls=off",
        "smtp://me:secret@mail.example#x",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL") as refusal:
        MailServer.of(url)

    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        ({"EMAIL_URL": "console", "EMAIL_FROM": "chatsite@example.com"}, set()),
        ({"EMAIL_URL": "console", "EMAIL_FROM": "Chatsite <chatsite@example.com>"}, set()),
        ({"EMAIL_URL": "console"}, {"chat.E025"}),
        ({"EMAIL_URL": "console", "EMAIL_FROM": "chatsite"}, {"chat.E025"}),
        ({"EMAIL_FROM": "chatsite@example.com"}, {"chat.W026"}),
        ({"EMAIL_URL": "console", "EMAIL_FROM": "a@example.com", "TRUSTED_PROXY": "10.0.0.1"}, {"chat.W026"}),
        ({"EMAIL_URL": "smtp://mail.example", "EMAIL_FROM": "a@example.com"}, {"chat.W027"}),
        (
            {"EMAIL_URL": "smtp://m", "EMAIL_FROM": "a@example.com", "ORIGINS": ["https://chat.example"]},
            set(),
        ),
        ({"EMAIL_HOST_PASSWORD": "secret"}, {"chat.W028"}),
    ],
)
def test_half_of_a_setting_is_reported(settings: Settings, values: dict[str, object], ids: set[str]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)

    assert {message.id for message in run_checks(tags=["chat"])} == ids
