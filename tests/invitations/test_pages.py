"""The page on which administrators invite."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core import mail as outgoing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from chat.accounts import mail
from chat.models import REVIEWERS, Collection, Delivery, Invitation, LoginSession, Membership, inviting

from ..support.pages import text
from .conftest import PASSWORD, invited, link_on, path_in, said
from .test_inviting import grow_old

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

PAGE = "/accounts/invitations/"
ANA = {"name": "Ana Lima", "email": "ana@example.com"}


def address(invitation: Invitation, name: str) -> str:
    return f"{PAGE}{invitation.uuid}/{name}/"


# Without e-mail


def test_without_mail_the_link_is_shown_once_to_copy(office: Client) -> None:
    response = office.post(PAGE, ANA)

    assert "A link for Ana Lima" in said(response)
    assert Client().get(link_on(response)).status_code == 200
    assert "/accounts/invitation/" not in text(office.get(PAGE))


def test_an_invited_person_chooses_a_name_and_a_password_and_is_signed_in(
    office: Client, sales: Collection, client: Client
) -> None:
    team = Group.objects.create(name="Field")
    browser, link = Client(), link_on(office.post(PAGE, ANA | {"groups": team.pk, "collections": sales.pk}))

    page = browser.get(link)
    response = browser.post(link, {"username": "ana", **PASSWORD}, follow=True)

    assert "Welcome, Ana Lima Bea Boss invites you." in said(page)
    assert 'value="ana"' in text(page)
    assert "Welcome, Ana Lima." in said(response)
    ana = User.objects.get(username="ana")
    assert LoginSession.objects.get(user=ana).ended_at is None
    assert (list(ana.groups.all()), Membership.objects.get(user=ana).collection) == ([team], sales)
    assert Client().login(username="ana", password="quite-another-word")


def test_the_page_says_who_came_and_who_has_not(office: Client, boss: User) -> None:
    _, link = invited(boss)
    Client().post(link, {"username": "ana", **PASSWORD})
    inviting.revoke(invited(boss, name="Eve", email="eve@example.com")[0], boss)
    grow_old(invited(boss, name="Old", email="old@example.com")[0])
    invited(boss, name="Bo", email="bo@example.com")

    page = said(office.get(PAGE))

    not_yet, came = page.split("Used or revoked")
    assert "Ana Lima ana@example.com came in as ana" in came
    assert "Eve eve@example.com revoked" in came
    assert "Old old@example.com too old, so send it again; it worked until" in not_yet
    assert "Bo bo@example.com has a link that was shown to copy works until" in not_yet


@pytest.mark.parametrize(
    ("wrong", "said_there"),
    [
        ({"name": " "}, "Please type the name of the person."),
        ({"email": ""}, "Please type the e-mail address of the person."),
        ({"email": "nowhere"}, "Enter a valid email address."),
        ({"email": "boss@example.com"}, "boss@example.com is the address of the account boss."),
        ({"collections": "999"}, "Select a valid choice."),
        ({"name": "x" * 151}, "at most 150 characters"),
        ({"name": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_is_said_at_the_field(
    office: Client, sales: Collection, wrong: dict[str, str], said_there: str
) -> None:
    response = office.post(PAGE, ANA | wrong)

    assert response.status_code == 400
    assert said_there in said(response)
    assert not Invitation.objects.exists()


def test_the_name_is_one_line(office: Client) -> None:
    office.post(PAGE, ANA | {"name": "Ana\r\nBcc: all@example.com"})

    assert Invitation.objects.get().name == "Ana Bcc: all@example.com"


def test_the_page_asks_as_often_for_many_invitations_as_for_one(office: Client, boss: User, sales: Collection) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            office.get(PAGE)
        return len(captured)

    team = Group.objects.create(name="Field")
    inviting.invite(boss, name="Ana", email="ana@example.com", collections=[sales], groups=[team])
    office.get(PAGE)
    of_one = queries()
    for number in range(20):
        inviting.invite(boss, name="Bo", email=f"bo{number}@example.com", collections=[sales])

    assert queries() == of_one


def test_only_what_the_administrator_may_change_is_offered(client: Client, sales: Collection) -> None:
    maker = User.objects.create_user("maker", is_staff=True)
    maker.user_permissions.set(Permission.objects.filter(codename__in=["add_user", "change_user"]))
    client.force_login(maker)

    response = client.post(PAGE, ANA | {"collections": sales.pk})

    assert "Sales" not in text(client.get(PAGE))
    assert not Invitation.objects.get().collections.exists()
    assert response.status_code == 200


@pytest.mark.parametrize("who", ["alice", "carol"])
def test_nobody_else_invites(request: pytest.FixtureRequest, client: Client, boss: User, who: str) -> None:
    invitation, _ = invited(boss)
    client.force_login(request.getfixturevalue(who))

    answers = [client.get(PAGE), client.post(PAGE, ANA)]
    answers += [client.post(address(invitation, name)) for name in ("renew", "revoke")]

    assert {answer.status_code for answer in answers} == {403}
    invitation.refresh_from_db()
    assert invitation.is_open


def test_the_list_of_people_leads_an_administrator_there(office: Client) -> None:
    assert f'href="{PAGE}"' in text(office.get("/people/"))


def test_who_sees_people_and_may_not_invite_is_not_led_there(client: Client) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_user"))
    client.force_login(viewer)

    assert PAGE not in text(client.get("/people/"))


def test_an_invitation_is_revoked_and_its_link_says_so(office: Client, boss: User) -> None:
    invitation, link = invited(boss)

    response = office.post(address(invitation, "revoke"), follow=True)

    assert "The invitation of Ana Lima was revoked." in said(response)
    for answer in (Client().get(link), Client().post(link, {"username": "ana", **PASSWORD})):
        assert answer.status_code == 410
        assert "This invitation was withdrawn" in said(answer)
    again = office.post(address(invitation, "revoke"), follow=True)
    assert "This invitation was used or revoked meanwhile." in said(again)


def test_a_new_link_to_copy_replaces_the_one_before(office: Client, boss: User) -> None:
    invitation, link = invited(boss)

    response = office.post(address(invitation, "renew"), {"copy": ""})

    assert Client().get(link_on(response)).status_code == 200
    old = Client().get(link)
    assert old.status_code == 410
    assert "a newer one has replaced it" in said(old)


def test_an_invitation_that_was_used_meanwhile_is_not_renewed(office: Client, boss: User) -> None:
    invitation, link = invited(boss)
    Client().post(link, {"username": "ana", **PASSWORD})

    response = office.post(address(invitation, "renew"), follow=True)

    assert "is the address of the account ana" in said(response)


# With e-mail


@pytest.mark.usefixtures("with_mail")
def test_with_mail_the_link_is_sent_and_shown_nowhere(office: Client, mailoutbox: list[Any]) -> None:
    response = office.post(PAGE, ANA, follow=True)

    [sent] = mailoutbox
    assert (sent.to, sent.from_email) == (["ana@example.com"], "chatsite@example.com")
    assert sent.body.startswith("Hello Ana Lima,\n\nBea Boss invites you")
    assert "127.0.0.1:8000/accounts/invitation/" in sent.body
    assert Client().get(path_in(sent.body)).status_code == 200
    assert "The invitation is being sent to ana@example.com." in said(response)
    assert "/accounts/invitation/" not in text(response)
    assert "Ana Lima ana@example.com sent" in said(response)


@pytest.mark.usefixtures("with_mail")
def test_it_is_sent_again_with_a_new_link(office: Client, boss: User, mailoutbox: list[Any]) -> None:
    invitation, link = invited(boss)

    office.post(address(invitation, "renew"))

    assert Client().get(link).status_code == 410
    assert Client().get(path_in(mailoutbox[0].body)).status_code == 200


@pytest.mark.usefixtures("with_mail")
def test_a_mail_that_is_not_sent_is_said_on_the_page_with_a_link_to_copy(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.EmailMessage, "send", refuse)
    page = office.post(PAGE, ANA, follow=True)

    assert "not sent, so copy a link and send it yourself" in said(page)
    copied = office.post(address(Invitation.objects.get(), "renew"), {"copy": ""})
    assert Client().get(link_on(copied)).status_code == 200


@pytest.mark.usefixtures("with_mail")
def test_a_sending_that_was_interrupted_is_said_as_not_sent(
    office: Client, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail.background, "start", lambda work: None)
    office.post(PAGE, ANA)
    assert "is being sent" in said(office.get(PAGE))

    Invitation.objects.update(delivery_at=timezone.now() - timedelta(minutes=3))

    assert "not sent" in said(office.get(PAGE))
    assert Invitation.objects.get().delivery == Delivery.SENDING


# Behind a trusted proxy


def test_behind_a_trusted_proxy_the_page_says_how_people_come_in(
    office: Client, boss: User, settings: Settings
) -> None:
    _, link = invited(boss)
    settings.TRUSTED_PROXY = "10.0.0.1"

    page, sent = office.get(PAGE), office.post(PAGE, ANA | {"email": "bo@example.com"})

    assert "The proxy in front of this site signs people in, so there is nothing to send." in said(page)
    assert (page.status_code, sent.status_code) == (200, 403)
    assert Client().post(link, {"username": "ana", **PASSWORD}).status_code == 403
    assert Invitation.objects.count() == 1


def test_the_page_says_what_reviewers_do(office: Client) -> None:
    Group.objects.get_or_create(name=REVIEWERS)  # each site has it, until a test of transactions empties the tables

    page = said(office.get(PAGE))

    assert "Reviewers read what others ask, as far as the policy of this site lets them." in page
