"""Mails to a real server: one that takes them, one without encryption, one that never answers."""

from __future__ import annotations

import asyncio

import pytest
from pytest_django import Settings

from chat.accounts import mail
from chatsite.mail import MailServer as Named

from ..support.mail_server import MailServer


def use(settings: Settings, url: str, *, timeout: float = 10) -> None:
    """Let the settings name a mail server, as ``EMAIL_URL`` does."""
    server = Named.of(url)
    settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT, settings.DEFAULT_FROM_EMAIL = server.backend, timeout, "a@b.example"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = server.user, server.password
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = server.starttls, server.tls


async def send() -> bool:
    return await asyncio.to_thread(mail.send, "Hello", "Grüße an Ana", to="ana@example.com")


async def test_a_mail_arrives_as_it_was_written(settings: Settings) -> None:
    async with MailServer() as server:
        use(settings, server.url)

        assert await send()
        assert (await server.next_mail()).strip() == "Grüße an Ana"


async def test_a_server_without_encryption_gets_nothing_unless_that_is_allowed(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with MailServer() as server:
        use(settings, f"smtp://me:canary@127.0.0.1:{server.port}")

        assert not await send()
        assert set(server.commands) <= {"EHLO", "QUIT"}
    assert "A mail was not sent: SMTPNotSupportedError" in caplog.text
    assert "canary" not in caplog.text


async def test_a_server_that_never_answers_is_given_up(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    async with MailServer(is_silent=True) as server:
        use(settings, server.url, timeout=0.1)

        assert not await send()
    assert "A mail was not sent: " in caplog.text
