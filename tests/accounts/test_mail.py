"""Mails are sent by threads, and one that is not sent is logged without what it says and to whom."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused, SMTPResponseException
from threading import Barrier, Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from pytest_django import Settings

from chat.accounts import mail


def test_a_mail_is_plain_text_from_the_address_in_the_settings(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Chatsite <chatsite@example.com>"

    assert mail.send("Hello", "Ana <3", to="ana@example.com")

    [sent] = mailoutbox
    assert (sent.from_email, sent.to, sent.body) == (settings.DEFAULT_FROM_EMAIL, ["ana@example.com"], "Ana <3")
    assert sent.message().get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SMTPResponseException(550, b"canary"), "SMTPResponseException 550"),
        (SMTPRecipientsRefused({"canary@example.com": (550, b"canary")}), "SMTPRecipientsRefused"),
        (TimeoutError("canary"), "TimeoutError"),
    ],
)
def test_a_failure_is_logged_without_the_address(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception, said: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(EmailMessage, "send", fail)

    assert not mail.send("Hello", "canary", to="canary@example.com")
    assert f"A mail was not sent: {said}" in caplog.text
    assert "canary" not in caplog.text


def test_a_subject_of_two_lines_is_not_sent(mailoutbox: list[EmailMessage]) -> None:
    assert not mail.send("Hello\nBcc: all@example.com", "text", to="ana@example.com")
    assert mailoutbox == []


@pytest.mark.django_db(transaction=True)
def test_work_begins_after_the_transaction_and_has_the_database(alice: User) -> None:
    found, done = [], Event()

    def look() -> None:
        found.append(User.objects.get(pk=alice.pk).first_name)
        done.set()

    with transaction.atomic():
        User.objects.filter(pk=alice.pk).update(first_name="Alice")
        mail.background.start(look)
        assert not done.is_set()

    assert done.wait(10)
    assert found == ["Alice"]


@pytest.mark.django_db(transaction=True)
def test_work_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    failed = Event()

    def fail() -> None:
        failed.set()
        raise RuntimeError("no")

    mail.background.start(fail)
    assert failed.wait(10)
    all_at_work = Barrier(mail.AT_ONCE + 1, timeout=10)
    for _ in range(mail.AT_ONCE):  # all places are free again
        mail.background.start(all_at_work.wait)
    all_at_work.wait()

    assert "A mail could not be prepared" in caplog.text
