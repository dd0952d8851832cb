"""Setting up and removing second factors on the pages of the account."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.test import Client
from pytest_django import Settings

from chat.accounts.second_factors import has_factor
from chat.models import AccessEvent
from chat.people.own_data import account
from chat.second_factor.app import code_at
from chat.second_factor.recovery import count_unused

from .conftest import PASSWORD, Factored, TestClock, with_code, with_password

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

HOME = "/accounts/second-factor/"
NEW_PASSWORD = "another-long-word"


@pytest.fixture
def fay(client: Client, db: None) -> User:
    """fay has just signed in, without a second factor."""
    user = User.objects.create_user("fay", "fay@example.com", PASSWORD)
    with_password(client, "fay")
    return user


def secret_on(page: Any) -> str:
    found = re.search(r'second-factor__secret">([A-Z2-7 ]+)<', page.content.decode())
    assert found
    return found[1].replace(" ", "")


def codes_on(page: Any) -> list[str]:
    return re.findall(r"<li><code>(\d{4} \d{4})</code></li>", page.content.decode())


def come_back(client: Client, dana: Factored) -> None:
    with_password(client, "dana")
    with_code(client, dana.code())


def test_an_app_is_set_up_with_the_code_that_it_shows(client: Client, fay: User, clock: TestClock) -> None:
    page = client.get(f"{HOME}app/")
    secret = secret_on(page)
    assert '<path d="M4 4h1v1h-1z' in page.content.decode()

    wrong = client.post(f"{HOME}app/", {"code": "000000"})
    shown = client.post(f"{HOME}app/", {"code": code_at(secret, clock.step)})

    assert wrong.status_code == 400
    assert secret_on(wrong) == secret
    assert len(set(codes_on(shown))) == 10
    assert shown["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert has_factor(fay)
    assert "10 codes left" in client.get(HOME).content.decode()
    assert client.get(f"{HOME}app/")["Location"] == HOME


def test_the_code_of_setting_up_does_not_sign_in(client: Client, fay: User, clock: TestClock) -> None:
    secret = secret_on(client.get(f"{HOME}app/"))
    client.post(f"{HOME}app/", {"code": code_at(secret, clock.step)})
    other = Client()
    with_password(other, "fay")

    assert with_code(other, code_at(secret, clock.step)).status_code == 400
    assert with_code(other, code_at(secret, clock.step + 1)).status_code == 302


def test_the_account_page_leads_there(client: Client, fay: User) -> None:
    page = client.get("/accounts/").content.decode()

    assert "Set up a second factor" in page
    assert HOME in page


def test_new_recovery_codes_replace_the_old_ones(client: Client, dana: Factored) -> None:
    come_back(client, dana)

    fresh = codes_on(client.post(f"{HOME}codes/"))

    assert len(fresh) == 10
    other = Client()
    with_password(other, "dana")
    assert with_code(other, dana.codes[0]).status_code == 400
    assert with_code(other, fresh[0]).status_code == 302
    assert count_unused(dana.user) == 9


def test_who_has_no_factor_gets_no_recovery_codes(client: Client, fay: User) -> None:
    assert client.post(f"{HOME}codes/")["Location"] == HOME
    assert count_unused(fay) == 0


@pytest.mark.parametrize("what", ["app/", "passkey/", "codes/", "{pk}/remove/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_after_ten_minutes_each_step_asks_for_the_password(
    client: Client, dana: Factored, clock: TestClock, what: str, method: str
) -> None:
    come_back(client, dana)
    clock.now += 601
    path = HOME + what.format(pk=app_of(dana).pk)

    asked = getattr(client, method)(path)
    confirm = f"{HOME}confirm/"
    wrong = client.post(confirm, {"password": "wrong", "next": path})
    right = client.post(confirm, {"password": PASSWORD, "next": path})

    assert asked["Location"] == f"{confirm}?next={path.replace('/', '%2F')}"
    assert (wrong.status_code, right["Location"]) == (400, path)
    assert client.get(path).get("Location", "") in ("", HOME)
    assert has_factor(dana.user)


def app_of(dana: Factored) -> Any:
    from chat.second_factor.app import app_of

    return app_of(dana.user)


def test_confirming_goes_to_no_other_site_and_limits_guesses(client: Client, dana: Factored, clock: TestClock) -> None:
    come_back(client, dana)
    confirm = f"{HOME}confirm/"

    away = client.post(confirm, {"password": PASSWORD, "next": "https://evil.example/"})
    statuses = [client.post(confirm, {"password": "wrong"}).status_code for _ in range(6)]

    assert away["Location"] == HOME
    assert statuses == [400] * 5 + [429]


def test_who_has_no_password_must_sign_in_anew(client: Client, fay: User, clock: TestClock) -> None:
    fay.set_unusable_password()
    fay.save()
    client.force_login(fay)
    clock.now += 601

    page = client.get(f"{HOME}app/", follow=True).content.decode()

    assert "sign out, and come in again as you did" in " ".join(page.split())


def test_who_finds_an_open_browser_cannot_set_a_first_password(client: Client, fay: User, clock: TestClock) -> None:
    fay.set_unusable_password()
    fay.save()
    client.force_login(fay)
    clock.now += 601

    form = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    response = client.post("/accounts/password/", form, follow=True)

    assert "sign out and in again first" in response.content.decode()
    fay.refresh_from_db()
    assert not fay.has_usable_password()


def test_where_passwords_are_off_none_confirms(client: Client, fay: User, clock: TestClock, settings: Settings) -> None:
    clock.now += 601
    settings.PASSWORD_SIGN_IN = False

    client.post(f"{HOME}confirm/", {"password": PASSWORD})

    assert client.get(f"{HOME}app/")["Location"].startswith(f"{HOME}confirm/")


def test_with_the_last_factor_go_the_recovery_codes(client: Client, dana: Factored) -> None:
    come_back(client, dana)
    path = f"{HOME}{app_of(dana).pk}/remove/"

    asked = client.get(path).content.decode()
    client.post(path)

    assert "It is your last one" in asked
    assert not has_factor(dana.user)
    assert count_unused(dana.user) == 0
    assert with_password(Client(), "dana")["Location"] == "/recordings/"


def test_nobody_removes_the_factor_of_another(client: Client, dana: Factored, fay: User) -> None:
    assert client.post(f"{HOME}{app_of(dana).pk}/remove/").status_code == 404
    assert has_factor(dana.user)


def test_the_export_of_own_data_has_the_factors_without_secrets(dana: Factored) -> None:
    factors = account(dana.user)["second_factors"]

    assert [each["kind"] for each in factors] == ["TOTP Authenticator", "Recovery codes"]
    assert dana.secret not in str(factors)


def test_every_change_is_recorded(client: Client, dana: Factored) -> None:
    come_back(client, dana)
    client.post(f"{HOME}codes/")
    client.post(f"{HOME}{app_of(dana).pk}/remove/")

    events = AccessEvent.objects.filter(member_name="dana").order_by("pk").values_list("kind", "actor_name", "details")
    assert [event for event in events if event[0] != "password-changed"] == [
        ("factor-added", "dana", {"factor": "authenticator app"}),
        ("recovery-codes-made", "dana", {}),
        ("recovery-codes-made", "dana", {}),
        ("factor-removed", "dana", {"factor": "authenticator app"}),
    ]


@pytest.mark.django_db(transaction=True)
def test_every_change_is_told_by_mail(
    client: Client, dana: Factored, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_URL, settings.EMAIL_FROM = "smtp://mail.example", "chatsite@example.com"
    monkeypatch.setattr("chat.accounts.mail.background.start", lambda work: work())
    come_back(client, dana)
    outbox.outbox.clear()

    client.post(f"{HOME}codes/", headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/130"})
    client.post(f"{HOME}{app_of(dana).pk}/remove/")

    first, second = [str(mail.body) for mail in outbox.outbox]
    assert "New recovery codes were made." in first
    assert "Chrome on Linux" in first
    assert "The authenticator app was removed." in second
    assert [mail.to for mail in outbox.outbox] == [["dana@example.com"]] * 2
