"""The account page: name, time zone, theme, and the devices of a user."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from chat.accounts.agents import described
from chat.models import ApiToken, Conversation, LoginSession, Preference

from ..support.asked import asked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
    " Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
    " Edg/138.0.0.0"
)
PIXEL = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36"
)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def browser(agent: str = FIREFOX) -> Client:
    """Return a browser in which alice has signed in."""
    client = Client(headers={"user-agent": agent})
    client.post("/accounts/login/", {"username": "alice", "password": "alice-secret-words"})
    return client


def login_of(client: Client) -> LoginSession:
    return LoginSession.objects.get(uuid=client.session[LoginSession.SESSION_KEY])


# Name, time zone, theme


def test_a_user_chooses_a_name_a_zone_and_a_theme(client: Client, alice: User) -> None:
    client.force_login(alice)

    response = client.post("/accounts/", {"name": "Alice Oak", "zone": "Asia/Tokyo", "theme": "dark"}, follow=True)

    alice.refresh_from_db()
    page = text(response)
    assert "Saved." in page
    assert alice.get_full_name() == "Alice Oak"
    assert '<meta name="color-scheme" content="dark">' in page
    assert 'data-zone="Asia/Tokyo"' in page
    assert '<option value="Asia/Tokyo" selected>Tokyo</option>' in page


def test_without_a_choice_the_browser_decides(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.cookies["zone"] = "Europe/Berlin"

    page = text(client.get("/accounts/"))

    assert "As in the browser (here Europe/Berlin)" in page
    assert '<meta name="color-scheme" content="light dark">' in page
    assert 'data-zone=""' in page


def test_the_page_says_that_the_browser_is_in_another_zone(client: Client, alice: User) -> None:
    Preference.objects.create(user=alice, zone="Asia/Tokyo")
    client.force_login(alice)
    client.cookies["zone"] = "Europe/Berlin"

    assert "This browser is in another time zone: Europe/Berlin." in text(client.get("/accounts/"))


def test_times_on_pages_are_in_the_chosen_zone(client: Client, alice: User, login: LoginSession) -> None:
    Preference.objects.create(user=alice, zone="Pacific/Kiritimati")
    conversation = asked(login, "What was decided?").conversation
    Conversation.objects.filter(pk=conversation.pk).update(asked_at=datetime(2025, 1, 31, 12, 0, tzinfo=UTC))
    client.force_login(alice)
    client.cookies["zone"] = "Europe/Berlin"

    assert "1 Feb 2025, 02:00" in text(client.get("/conversations/all/"))
    assert timezone.get_current_timezone_name() == "UTC"  # the zone ends with the request


@pytest.mark.parametrize(
    "sent", [{"zone": "Mars/Base"}, {"theme": "pink"}, {"name": "a" * 151}, {"name": "al\0ice"}], ids=str
)
def test_what_is_not_offered_is_refused(client: Client, alice: User, sent: dict[str, str]) -> None:
    client.force_login(alice)

    response = client.post("/accounts/", {"name": "Alice", "zone": "", "theme": ""} | sent)

    assert response.status_code == 400
    assert 'class="field__error"' in text(response)
    assert not Preference.objects.exists()


def test_a_zone_that_is_offered_no_more_stays_chosen(client: Client, alice: User) -> None:
    Preference.objects.create(user=alice, zone="US/Eastern")
    client.force_login(alice)

    client.post("/accounts/", {"name": "Alice", "zone": "US/Eastern", "theme": ""})

    assert Preference.objects.get().zone == "US/Eastern"


@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/c/nothing/", 404), ("/admin/", 403)])
def test_a_page_that_cannot_be_opened_has_the_theme_of_its_user(
    client: Client, alice: User, path: str, status: int
) -> None:
    Preference.objects.create(user=alice, theme="dark")
    client.force_login(alice)

    response = client.get(path, follow=True)

    assert response.status_code == status
    assert '<meta name="color-scheme" content="dark">' in text(response)


def test_the_admin_has_the_theme_of_its_user(client: Client, alice: User) -> None:
    Preference.objects.create(user=alice, theme="light")
    User.objects.update(is_staff=True, is_superuser=True)
    client.force_login(alice)

    assert '<meta name="color-scheme" content="light">' in text(client.get("/admin/"))


def test_behind_a_proxy_the_page_says_who_decides_name_and_password(
    client: Client, alice: User, settings: Settings
) -> None:
    client.force_login(alice)
    settings.TRUSTED_PROXY = "127.0.0.1"

    page = text(client.get("/accounts/"))
    client.post("/accounts/", {"name": "Mallory", "zone": "", "theme": "dark"})

    alice.refresh_from_db()
    assert "come from the proxy of this site" in page
    assert "This site has no password of yours" in page
    assert "/accounts/password/" not in page
    assert (alice.get_full_name(), Preference.objects.get().theme) == ("", "dark")


# Devices


def test_each_device_says_browser_system_and_which_is_this_one(alice: User) -> None:
    this = browser(FIREFOX)
    browser(PHONE)

    page = text(this.get("/accounts/"))

    assert '<bdi>Firefox on Linux</bdi> <span class="device__this">this one</span>' in page
    assert "<bdi>Safari on iPhone</bdi>" in page
    assert page.index("Firefox on Linux") < page.index("Safari on iPhone")
    assert page.count('aria-label="Sign out of') == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (PHONE, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        (PIXEL, "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("", "Unknown browser"),
        ("\u202eevil", "Unknown browser"),
        ("x" * 500, "x" * 40),
    ],
)
def test_a_browser_is_named_by_what_it_says(agent: str, words: str) -> None:
    assert described(agent) == words


def test_signing_out_the_others_leaves_this_browser_and_the_tokens(alice: User) -> None:
    this, other = browser(), browser(PHONE)
    token, _ = ApiToken.issue(alice, "reports")
    streaming = asked(login_of(other), state="streaming")

    response = this.post("/accounts/devices/sign-out/", follow=True)

    streaming.refresh_from_db()
    token.login_session.refresh_from_db()
    assert "You are signed out in the other browser." in text(response)
    assert this.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert streaming.stop_requested_at
    assert token.login_session.ended_at is None


def test_one_device_is_signed_out(alice: User) -> None:
    this, phone, laptop = browser(), browser(PHONE), browser(EDGE)

    response = this.post(f"/accounts/devices/{login_of(phone).uuid}/sign-out/", follow=True)

    assert "You are signed out in Safari on iPhone." in text(response)
    assert [client.get("/").status_code for client in (this, phone, laptop)] == [200, 302, 200]


def test_the_device_of_somebody_else_is_none(client: Client, alice: User, bob: User) -> None:
    client.force_login(alice)
    foreign = LoginSession.objects.create(user=bob)

    response = client.post(f"/accounts/devices/{foreign.uuid}/sign-out/")

    foreign.refresh_from_db()
    assert response.status_code == 404
    assert foreign.ended_at is None


def test_a_sign_in_that_has_lapsed_is_no_device(client: Client, alice: User) -> None:
    old = LoginSession.objects.create(user=alice, agent=PHONE)
    LoginSession.objects.filter(pk=old.pk).update(seen_at=timezone.now() - timedelta(days=15))
    client.force_login(alice)

    assert "iPhone" not in text(client.get("/accounts/"))


def test_the_use_of_a_login_is_stored_every_few_minutes(alice: User) -> None:
    client = browser()
    long_ago = timezone.now() - timedelta(minutes=6)
    LoginSession.objects.update(seen_at=long_ago)

    client.get("/")
    first = login_of(client).seen_at
    client.get("/")

    assert first
    assert first > long_ago
    assert login_of(client).seen_at == first


def test_a_question_counts_as_use(client: Client, alice: User) -> None:
    client.force_login(alice)
    phone = LoginSession.objects.create(user=alice, agent=PHONE)
    LoginSession.objects.filter(pk=phone.pk).update(seen_at=timezone.now() - timedelta(days=2))
    turn = asked(phone)

    page = text(client.get("/accounts/"))

    assert f'datetime="{timezone.localtime(turn.created_at).isoformat()}"' in page


# The budget


def test_the_page_says_what_is_used_today_and_when_it_begins_again(
    client: Client, alice: User, login: LoginSession, settings: Settings
) -> None:
    client.force_login(alice)
    assert "Used today" not in text(client.get("/accounts/"))

    settings.CHAT_QUESTIONS_PER_DAY, settings.CHAT_TOKENS_PER_DAY = 1, 10_000
    asked(login)

    page = text(client.get("/accounts/"))
    assert "<strong>Nothing is left for today.</strong> Used today: 1 of 1 questions, 18 of 10,000 tokens." in page
    tomorrow = timezone.now().astimezone(UTC).date() + timedelta(days=1)
    assert f'It begins again <time datetime="{tomorrow}T00:00:00+00:00">' in page
