"""Sign-in through a trusted proxy, and attempts to forge it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from chat.accounts.forwarded_user import ForwardedUserMiddleware
from chat.conversations import turn_views as turns
from chat.conversations import views as conversations
from chat.forwarded import Forwarded
from chat.models import REVIEWERS, AccessEvent, LoginSession
from chat.upstream import on_behalf

from ..support.asked import asked
from ..support.forwarding import STRANGER, Browser, trust
from ..support.site_process import SiteProcess

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("static_files"),
    pytest.mark.any_database,
]

ANA = ("X-Forwarded-Email", "ana@example.com")
BOSS = "boss@example.com"


@pytest.fixture(autouse=True)
def behind_proxy(settings: Settings, db: None) -> None:
    trust(settings)
    User.objects.create_superuser(BOSS, email=BOSS, password="boss-secret-words")


@pytest.fixture
def browser(behind_proxy: None) -> Browser:
    return Browser()


# Signing in


async def test_the_first_request_of_a_user_creates_them_without_a_password(browser: Browser) -> None:
    page = await browser.get("/", ANA, ("X-Forwarded-Preferred-Username", "Ana Lima"))

    ana = await User.objects.aget(username="ana@example.com")
    assert (page["status"], ana.email, ana.first_name) == (200, "ana@example.com", "Ana Lima")
    assert not ana.has_usable_password()
    assert "Sign out" not in page["text"]


async def test_all_requests_of_a_user_share_one_login_session(browser: Browser) -> None:
    for name in ("ana@example.com", "Ana@Example.com", "ana@example.com"):
        assert await browser.who(("x-forwarded-EMAIL", name)) == "ana@example.com"
    await browser.get("/", ANA)

    assert await LoginSession.objects.acount() == 1


async def test_another_header_can_name_the_user(settings: Settings) -> None:
    settings.TRUSTED_PROXY_USER_HEADER = "X-Forwarded-User"

    assert await Browser().who(ANA, ("X-Forwarded-User", "5551@77")) == "5551@77"
    assert (await User.objects.aget(username="5551@77")).email == "ana@example.com"


async def test_the_session_of_a_user_ends_when_the_proxy_names_another(browser: Browser) -> None:
    await browser.get("/", ANA)
    first = await LoginSession.objects.select_related("user").aget()
    streaming = await asyncio.to_thread(asked, first, state="streaming")

    assert await browser.who(("X-Forwarded-Email", "bea@example.com")) == "bea@example.com"

    await first.arefresh_from_db()
    await streaming.arefresh_from_db()
    assert first.ended_at
    assert streaming.stop_requested_at


async def test_the_session_of_a_user_ends_when_the_proxy_names_nobody(browser: Browser) -> None:
    await browser.get("/", ANA)

    page = await browser.get("/")

    assert page["headers"]["location"].startswith("/accounts/login/")
    assert (await LoginSession.objects.aget()).ended_at


async def test_a_deactivated_user_is_not_signed_in(browser: Browser) -> None:
    await browser.get("/", ANA)
    await User.objects.filter(username="ana@example.com").aupdate(is_active=False)

    assert await browser.who(ANA) == ""
    assert (await browser.get("/accounts/login/", ANA))["status"] == 403


async def test_users_are_staff_while_the_settings_name_them(browser: Browser, settings: Settings) -> None:
    settings.STAFF_EMAILS, settings.ADMIN_EMAILS = ["ana@example.com"], ["bea@example.com"]
    named = await browser.get("/admin/chat/apitoken/", ANA)
    users = await browser.get("/admin/auth/user/", ANA)
    admin = await browser.get("/admin/auth/user/", ("X-Forwarded-Email", "bea@example.com"))
    settings.STAFF_EMAILS = []
    after = await browser.get("/admin/chat/apitoken/", ANA)

    assert [page["status"] for page in (named, users, admin, after)] == [200, 403, 200, 302]
    assert not (await User.objects.aget(username="ana@example.com")).is_staff
    assert "as <strong><bdi>ana@example.com</bdi></strong>" in users["text"]
    assert "Sign out" not in users["text"]


async def test_a_user_can_also_be_made_staff_in_the_admin(browser: Browser) -> None:
    await browser.get("/", ANA)
    await User.objects.filter(username="ana@example.com").aupdate(is_staff=True)

    assert (await browser.get("/admin/chat/apitoken/", ANA))["status"] == 200


async def test_users_are_reviewers_from_their_first_sign_in_while_the_setting_names_them(
    browser: Browser, settings: Settings
) -> None:
    settings.REVIEWER_EMAILS = ["ana@example.com"]
    await browser.get("/", ANA)
    ana = await User.objects.aget(username="ana@example.com")

    assert await User.objects.filter(pk=ana.pk, groups__name=REVIEWERS).aexists()
    assert not ana.is_staff
    event = await AccessEvent.objects.of_reviewers().afirst()
    assert event
    assert (event.member_name, event.how) == ("ana@example.com", "setting")


# Spoofing


@pytest.mark.parametrize(
    "forged",
    [
        ("X_Forwarded_Email", BOSS),
        ("X-Forwarded_Email", BOSS),
        ("HTTP-X-Forwarded-Email", BOSS),
        ("HTTP_X_FORWARDED_EMAIL", BOSS),
        ("Remote-User", BOSS),
        ("Forwarded-User", BOSS),
        ("HTTP-Forwarded-User", BOSS),
        ("Forwarded User", BOSS),
        ("X-Forwarded-User", BOSS),
        ("X-Forwarded-Preferred-Username", BOSS),
        ("X-Forwarded-For", "127.0.0.1"),
    ],
)
async def test_other_headers_neither_name_nor_change_the_user(browser: Browser, forged: tuple[str, str]) -> None:
    assert await browser.who(forged) == ""
    assert await browser.who(forged, ANA) == "ana@example.com"
    assert await browser.who(ANA, forged) == "ana@example.com"


@pytest.mark.parametrize(
    "value", ["", " ", f"{BOSS},ana@example.com", f"{BOSS} ana", f"{BOSS}\0", "a" * 151, f"{BOSS};"]
)
async def test_an_invalid_name_names_nobody(browser: Browser, value: str) -> None:
    assert await browser.who(("X-Forwarded-Email", value)) == ""


@pytest.mark.parametrize("other", ["X-Forwarded-Email", "x-forwarded-email", "X-FORWARDED-EMAIL"])
async def test_a_header_that_is_sent_twice_names_nobody(browser: Browser, other: str) -> None:
    assert await browser.who(ANA, (other, BOSS)) == ""
    assert await browser.who((other, BOSS), ANA) == ""


@pytest.mark.parametrize("peer", [STRANGER, "127.0.0.1", "::1", "", "unix"])
async def test_a_request_that_bypasses_the_proxy_is_not_signed_in(browser: Browser, peer: str) -> None:
    await browser.get("/", ANA)

    assert await browser.who(("X-Forwarded-Email", BOSS), peer=peer) == ""
    assert (await browser.get("/", ("X-Forwarded-Email", BOSS), ("X-Forwarded-For", "10.1.2.3"), peer=peer))[
        "status"
    ] == 302


async def test_the_address_of_the_proxy_may_be_ipv4_mapped_ipv6(browser: Browser) -> None:
    assert await browser.who(ANA, peer="::ffff:10.1.2.3") == "ana@example.com"


async def test_without_a_trusted_proxy_the_headers_are_ignored(settings: Settings) -> None:
    settings.TRUSTED_PROXY, settings.TRUSTED_NETWORKS = "", []

    assert (await Browser().get("/", ("X-Forwarded-Email", BOSS)))["status"] == 302


def test_a_request_without_a_proxy_names_nobody() -> None:
    forged = {"X-Forwarded-Email": BOSS, "Forwarded-User": BOSS, "Remote-User": BOSS}

    response = Client(headers=forged, REMOTE_USER=BOSS, REMOTE_ADDR="10.1.2.3").get("/")

    assert response.status_code == 302


@pytest.mark.parametrize(("named", "signed_in"), [(Forwarded("ana@example.com"), 1), (Forwarded(), 0), (None, 0)])
def test_the_synchronous_path_signs_in_the_same_users(named: Forwarded | None, signed_in: int) -> None:
    request: Any = RequestFactory().get("/", headers={"X-Forwarded-Email": BOSS}, REMOTE_USER=BOSS)
    request.session = Client().session
    request.user = SimpleNamespace(is_authenticated=False)
    request.scope = {"forwarded": named}

    ForwardedUserMiddleware(_empty)(request)

    assert User.objects.filter(username="ana@example.com").count() == signed_in
    assert request.user.is_authenticated == bool(signed_in)


def _empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


# Tokens


@pytest.fixture
def request_by(alice: User, login: LoginSession, settings: Settings) -> Iterator[Callable[..., Any]]:
    """Create a request of alice that the proxy sent with her token."""
    settings.CHAT_ON_BEHALF_OF = True

    def request_by(**data: str) -> Any:
        request: Any = RequestFactory().post("/", data)
        request.user, request.login_session = alice, login
        request.scope = {"forwarded": Forwarded("alice", token="token-of-alice")}
        return request

    yield request_by
    on_behalf._tokens.clear()


def test_a_question_by_a_form_is_asked_with_the_token_of_its_request(
    alice: User, login: LoginSession, request_by: Callable[..., Any]
) -> None:
    ended, first, second = asked(login), uuid4(), uuid4()

    conversations.ask(request_by(question="Who?", request_id=str(first)))
    turns.retry(request_by(request_id=str(second)), ended.uuid)

    tokens = {request: token.value for (user, request), token in on_behalf._tokens.items() if user == alice.pk}
    assert tokens == {first: "token-of-alice", second: "token-of-alice"}


# Pages and commands without a use behind a proxy


async def test_the_sign_in_pages_explain_that_the_proxy_signs_in(browser: Browser) -> None:
    nobody, ana = await browser.get("/accounts/login/"), await browser.get("/accounts/password/", ANA)

    assert (nobody["status"], ana["status"]) == (403, 200)
    assert "did not identify you" in nobody["text"]
    assert "does not use passwords" in ana["text"]


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/"])
def test_a_password_form_does_not_sign_in_behind_a_proxy(path: str) -> None:
    response = Client().post(path, {"username": BOSS, "password": "boss-secret-words"})

    assert response.status_code in {302, 403}
    assert not LoginSession.objects.exists()


def test_a_password_does_not_authenticate_behind_a_proxy() -> None:
    assert not Client().login(username=BOSS, password="boss-secret-words")


def test_the_command_creates_no_sign_in_link_behind_a_proxy() -> None:
    with pytest.raises(CommandError, match="TRUSTED_PROXY"):
        call_command("sign_in_link", BOSS)


# On real servers


@pytest.mark.process
@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_a_server_accepts_the_headers_of_its_peer_only(start_site: Callable[..., SiteProcess], server: str) -> None:
    site = start_site(SERVER=server, TRUSTED_PROXY="127.0.0.2", PROXY_ADDRESSES="127.0.0.2")

    def status(*headers: tuple[str, str], peer: str = "127.0.0.2") -> int:
        return site.status("/", *headers, peer=peer)

    assert status(ANA) == status(ANA, ("X-Forwarded-For", STRANGER)) == 200
    assert status(("X_Forwarded_Email", BOSS)) == status(ANA, ("X-Forwarded-Email", BOSS)) == 302
    assert status(ANA, peer="127.0.0.1") == status(ANA, ("X-Forwarded-For", "127.0.0.2"), peer="127.0.0.1") == 302
    assert site.rows("SELECT username FROM auth_user WHERE username LIKE '%@%'") == [("ana@example.com",)]
