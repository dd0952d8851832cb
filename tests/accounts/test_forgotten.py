"""A forgotten password: a link by e-mail, once, within an hour, and nobody learns who has an account."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from chat.accounts import mail
from chat.models import AccessEvent, ApiToken, How, Kind, LoginSession, NotFound, PasswordReset

from ..support.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

PAGE = "/accounts/forgotten/"
NEW = {"new_password1": "quite-another-word", "new_password2": "quite-another-word"}


@pytest.fixture(autouse=True)
def with_mail(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that sends e-mail, at once."""
    settings.EMAIL_URL, settings.DEFAULT_FROM_EMAIL = "smtp://mail.example", "chatsite@example.com"

    def at_once(work: Callable[[], object]) -> None:
        work()

    monkeypatch.setattr(mail.background, "start", at_once)


@pytest.fixture
def ana(alice: User) -> User:
    alice.email = "alice@example.com"
    alice.save()
    return alice


def link_for(user: User) -> str:
    return f"{PAGE}{PasswordReset.make(user)}/"


def link_in(sent: EmailMessage) -> str:
    return urlsplit(next(word for word in str(sent.body).split() if "/forgotten/" in word)).path


def test_the_link_that_is_sent_sets_a_new_password(client: Client, ana: User, mailoutbox: list[EmailMessage]) -> None:
    page = client.post(PAGE, {"email": "ALICE@example.com"})
    [sent] = mailoutbox
    link = link_in(sent)
    form = client.get(link)
    done = client.post(link, NEW, follow=True)

    assert "Check your mail" in text(page)
    assert sent.to == ["alice@example.com"]
    assert "For the account <bdi>alice</bdi>." in text(form)
    assert "Your password was changed" in text(done)
    assert "_auth_user_id" not in client.session
    assert Client().login(username="alice", password="quite-another-word")


def test_the_answer_is_the_same_for_an_address_without_an_account(
    client: Client, ana: User, bob: User, mailoutbox: list[EmailMessage]
) -> None:
    User.objects.filter(pk=bob.pk).update(email="bob@example.com", is_active=False)
    known, unknown, inactive = (
        Client().post(PAGE, {"email": email})
        for email in ("alice@example.com", "nobody@example.com", "bob@example.com")
    )

    named = ((known, "alice"), (unknown, "nobody"), (inactive, "bob"))
    answers = {text(answer).replace(name, "") for answer, name in named}
    assert (len(answers), known.status_code, unknown.status_code) == (1, 200, 200)
    assert [sent.to for sent in mailoutbox] == [["alice@example.com"]]


def test_a_request_does_nothing_for_an_account_before_it_is_answered(
    client: Client, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    later: list[Callable[[], object]] = []
    monkeypatch.setattr(mail.background, "start", later.append)

    client.post(PAGE, {"email": "alice@example.com"})
    client.post(PAGE, {"email": "nobody@example.com"})

    assert len(later) == 2
    assert not PasswordReset.objects.exists()


@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com"])
def test_five_links_for_an_address_in_fifteen_minutes_wherever_they_are_asked(
    ana: User, mailoutbox: list[EmailMessage], email: str
) -> None:
    answers = [Client().post(PAGE, {"email": email}, REMOTE_ADDR=f"10.0.{number}.1") for number in range(7)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert "Too many attempts. Please try again in 15 minutes" in text(answers[-1])
    assert len(mailoutbox) == (5 if email.startswith("alice") else 0)


def test_a_client_asks_for_fifty_addresses_in_fifteen_minutes(client: Client, db: None) -> None:
    answers = [client.post(PAGE, {"email": f"user{number}@example.com"}).status_code for number in range(52)]

    assert answers == [200] * 50 + [429] * 2


def test_asking_for_links_does_not_lock_the_sign_in(client: Client, ana: User) -> None:
    for _ in range(6):
        client.post(PAGE, {"email": "alice@example.com"})

    response = client.post("/accounts/login/", {"username": "alice", "password": "alice-secret-words"})

    assert response.status_code == 302


def test_an_address_of_several_accounts_gets_a_link_for_each(
    client: Client, ana: User, bob: User, mailoutbox: list[EmailMessage]
) -> None:
    User.objects.filter(pk=bob.pk).update(email="Alice@example.com")

    client.post(PAGE, {"email": "alice@example.com"})

    assert [("account\nalice " in str(sent.body)) for sent in mailoutbox] == [True, False]


def test_a_new_password_ends_all_sign_ins_and_tokens(ana: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(ana)
    ApiToken.issue(ana, "reports")

    Client().post(link_for(ana), NEW)

    assert not LoginSession.objects.filter(user=ana, ended_at=None).exists()
    assert elsewhere.get("/").status_code == 302


def test_it_is_an_event(ana: User) -> None:
    Client().post(link_for(ana), NEW)

    kinds = [Kind.PASSWORD_CHANGED, Kind.PASSWORD_RESET]
    events = AccessEvent.objects.filter(member_id=ana.pk, kind__in=kinds).order_by("pk")
    assert [(event.kind, event.actor_name, event.how) for event in events] == [
        ("password-changed", "alice", How.LINK),
        ("password-reset", "alice", How.LINK),
    ]


@pytest.mark.parametrize("method", ["get", "head", "put", "options"])
def test_programs_that_look_at_a_link_do_not_use_it_up(ana: User, method: str) -> None:
    link = link_for(ana)

    getattr(Client(), method)(link)

    assert Client().post(link, NEW).status_code == 302


def test_a_used_link_says_so_and_what_to_do(ana: User) -> None:
    link = link_for(ana)
    Client().post(link, NEW)

    for response in (Client().get(link), Client().post(link, NEW)):
        assert response.status_code == 410
        assert "This link was used" in text(response)
        assert f'href="{PAGE}"' in text(response)


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"email": "other@example.com"},
        {"password": "md5$x$y"},
    ],
    ids=["deactivated", "other address", "other password"],
)
def test_a_link_does_not_work_for_an_account_that_has_changed(ana: User, change: dict[str, Any]) -> None:
    link = link_for(ana)

    User.objects.filter(pk=ana.pk).update(**change)

    assert Client().get(link).status_code == 410
    assert "This link no longer works" in text(Client().post(link, NEW))


def test_a_link_works_for_an_hour(ana: User) -> None:
    link, now = link_for(ana), timezone.now()
    PasswordReset.objects.update(made_at=now - timedelta(hours=2), expires_at=now - timedelta(hours=1))

    assert {Client().get(link).status_code, Client().post(link, NEW).status_code} == {410}


@pytest.mark.parametrize("secret", ["x", "%00", "é", "a" * 500])
def test_a_forged_link_does_not_work(client: Client, ana: User, secret: str) -> None:
    assert client.get(f"{PAGE}{secret}/").status_code == 410
    assert client.post(f"{PAGE}{secret}/", NEW).status_code == 410


def test_a_weak_password_is_refused_and_the_link_still_works(ana: User) -> None:
    link = link_for(ana)

    response = Client().post(link, {"new_password1": "12345", "new_password2": "12345"})

    assert response.status_code == 400
    said = text(response).partition('id="id_new_password1_error"')[2]
    assert "too short" in said.partition("id_new_password2")[0]
    assert Client().post(link, NEW).status_code == 302


def test_without_mail_the_page_says_whom_to_ask(client: Client, settings: Settings, db: None) -> None:
    settings.EMAIL_URL = ""

    assert "Ask its administrator for a sign-in link" in text(client.get(PAGE))
    assert PAGE not in text(client.get("/accounts/login/"))


def test_the_sign_in_page_leads_there(client: Client, db: None) -> None:
    assert f'href="{PAGE}"' in text(client.get("/accounts/login/"))


def test_behind_a_trusted_proxy_there_is_no_such_link(client: Client, ana: User, settings: Settings) -> None:
    link = link_for(ana)
    settings.TRUSTED_PROXY = "10.0.0.1"

    assert client.post(PAGE, {"email": "alice@example.com"}).status_code == 403
    assert client.post(link, NEW).status_code == 403


def test_the_schema_refuses_a_second_use(ana: User) -> None:
    PasswordReset.make(ana)
    PasswordReset.objects.update(used_at=timezone.now())

    for change in ("used_at = NULL", "expires_at = made_at"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE chat_passwordreset SET {change}")  # noqa: S608  # our own


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_sets_the_password(ana: User) -> None:
    secret, both = PasswordReset.make(ana), Barrier(2)

    def use(password: str) -> str:
        try:
            reset = PasswordReset.of(secret)
            assert reset
            both.wait()
            reset.use(password)
        except NotFound:
            return ""
        else:
            return password
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(use, ["first-of-two-words", "second-of-two-words"]))

    [won] = [password for password in outcomes if password]
    ana.refresh_from_db()
    assert ana.check_password(won)
