"""Where the site requires a second factor, who has none can do nothing but set one up."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from chat.accounts.login_sessions import live_login
from chat.accounts.second_factors import has_factor
from chat.models import AccessEvent, ApiToken

from .conftest import PASSWORD, Factored, is_signed_in, with_code, with_password

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

HOME = "/accounts/second-factor/"


@pytest.fixture
def gil(db: None) -> User:
    return User.objects.create_superuser("gil", "gil@example.com", PASSWORD)


@pytest.fixture
def required(settings: Settings) -> None:
    settings.SECOND_FACTOR = "administrators"


def signed_in(user: User) -> Client:
    client = Client()
    with_password(client, user.username)
    return client


@pytest.mark.parametrize("path", ["/", "/recordings/", "/accounts/", "/accounts/tokens/", "/admin/", "/people/"])
def test_an_administrator_without_a_factor_is_led_to_setting_it_up(required: None, gil: User, path: str) -> None:
    client = signed_in(gil)

    assert client.get(path)["Location"] == HOME
    assert client.post(path)["Location"] == HOME
    page = client.get(HOME).content.decode()
    assert "This site requires a second factor of you" in page
    assert client.get(f"{HOME}app/").status_code == 200


def test_a_script_is_told_in_a_word(required: None, gil: User) -> None:
    assert signed_in(gil).get("/recordings/", headers={"sec-fetch-dest": "empty"}).status_code == 403


def test_sockets_and_the_api_take_such_a_session_for_signed_out(required: None, gil: User) -> None:
    client = signed_in(gil)

    assert live_login(client.session.session_key) is None
    assert client.get("/api/conversations").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_the_token_of_such_a_user_does_not_count(required: None, gil: User) -> None:
    _, secret = ApiToken.issue(gil, "reports")

    response = Client(headers={"authorization": f"Bearer {secret}"}).get("/api/conversations")

    assert response.status_code == 403
    assert "needs a second factor" in response.json()["error"]


def test_with_a_factor_everything_opens(required: None, client: Client, dana: Factored) -> None:
    User.objects.filter(pk=dana.user.pk).update(is_superuser=True, is_staff=True)
    with_password(client, "dana")
    with_code(client, dana.code())

    assert client.get("/admin/").status_code == 200
    assert live_login(client.session.session_key) is not None


def test_others_need_none_unless_everyone_does(settings: Settings, alice: User) -> None:
    alice.set_password(PASSWORD)
    alice.save()
    client = signed_in(alice)

    outcomes = []
    for rule in ("offered", "administrators", "everyone"):
        settings.SECOND_FACTOR = rule
        outcomes.append(client.get("/recordings/").status_code)

    assert outcomes == [200, 200, 302]


def test_who_comes_by_the_identity_provider_has_proven_it_there(required: None, gil: User) -> None:
    client = signed_in(gil)
    session = client.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "at": 1.0, "provider": "oidc"}]
    session["account_authentication_methods_user"] = str(gil.pk)
    session.save()
    mine = client.get("/recordings/").status_code
    session["account_authentication_methods_user"] = str(gil.pk + 1)
    session.save()

    assert (mine, client.get("/recordings/").status_code) == (200, 302)


def remove_of(client: Client, user: User) -> Any:
    return client.post(f"/people/{user.pk}/second-factor/")


def test_an_administrator_removes_a_lost_factor(gil: User, dana: Factored) -> None:
    client = signed_in(gil)
    page = client.get(f"/people/{dana.user.pk}/").content.decode()
    assert "Remove second factor" in page
    assert "Has a second factor." in page
    assert "Be sure that it is" in client.get(f"/people/{dana.user.pk}/second-factor/").content.decode()

    remove_of(client, dana.user)

    assert not has_factor(dana.user)
    event = AccessEvent.objects.get(kind="factor-removed")
    assert (event.member_name, event.actor_name, event.how) == ("dana", "gil", "page")
    assert with_password(Client(), "dana")["Location"] == "/recordings/"


def test_who_may_not_change_people_removes_nothing(alice: User, gil: User, dana: Factored, clock: Any) -> None:
    alice.set_password(PASSWORD)
    alice.save()
    User.objects.filter(pk=dana.user.pk).update(is_superuser=True)

    assert remove_of(signed_in(alice), dana.user).status_code == 403
    assert has_factor(dana.user)


def test_a_command_opens_the_site_to_an_administrator_who_lost_theirs(
    required: None, dana: Factored, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("remove_second_factor", "DANA@example.com")
    call_command("remove_second_factor", "dana")

    assert "dana signs in without one now." in capsys.readouterr().out
    event = AccessEvent.objects.get(kind="factor-removed")
    assert (event.actor_name, event.how) == ("", "program")
    client = Client()
    with_password(client, "dana")
    assert is_signed_in(client)


def test_the_command_says_whom_it_does_not_know(dana: Factored) -> None:
    User.objects.create_user("other", "dana@example.com")

    with pytest.raises(CommandError, match="There is no user"):
        call_command("remove_second_factor", "nobody")
    with pytest.raises(CommandError, match="Several users are meant"):
        call_command("remove_second_factor", "dana@example.com")
