"""Fixtures: an administrator, and mails that are sent at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from chat.accounts import mail
from chat.models import Collection, Invitation, inviting, make_collection

from ..support.pages import text

PASSWORD = {"password1": "quite-another-word", "password2": "quite-another-word"}
"""What an invited person types twice."""


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss", "boss@example.com", "boss-secret-words", first_name="Bea Boss")


@pytest.fixture
def office(client: Client, boss: User) -> Client:
    """The browser of the administrator."""
    client.force_login(boss)
    return client


@pytest.fixture
def sales(boss: User) -> Collection:
    return make_collection(boss, "Sales")


@pytest.fixture
def with_mail(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that sends e-mail; a test finds it in ``django.core.mail.outbox``."""
    settings.EMAIL_URL, settings.EMAIL_FROM = "smtp://mail.example", "chatsite@example.com"
    settings.DEFAULT_FROM_EMAIL = settings.EMAIL_FROM

    def at_once(work: Callable[[], object]) -> None:
        work()

    monkeypatch.setattr(mail.background, "start", at_once)


def invited(boss: User, *, name: str = "Ana Lima", email: str = "ana@example.com") -> tuple[Invitation, str]:
    """Invite Ana, and return the invitation with the path of its link."""
    invitation, secret = inviting.invite(boss, name=name, email=email)
    return invitation, f"/accounts/invitation/{secret}/"


def path_in(text: str) -> str:
    """Return the path of the first link in a text."""
    return urlsplit(next(word for word in text.split() if word.startswith("http"))).path


def said(response: Any) -> str:
    """Return the text of a page without tags, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text(response)))


def link_on(response: Any) -> str:
    """Return the path of the link that a page shows to copy."""
    found = re.search(r'value="http://testserver(/accounts/invitation/[^"]+)"', text(response))
    assert found
    return found[1]
