from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import OperationalError
from django.test import Client

from chat import error_views as errors
from chat.models import LoginSession

from ..support.asked import asked, citing, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'",
    "media-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    "object-src 'none'", "worker-src 'self'",
}  # fmt: skip
TRUSTED_TYPES = {"require-trusted-types-for 'script'", "trusted-types chatsite"}


def policy(response: Any) -> set[str]:
    return set(response["Content-Security-Policy"].split("; "))


def assert_private(response: Any) -> None:
    assert {name: response[name] for name in EVERYWHERE} == EVERYWHERE
    assert response["Cache-Control"] in {"no-store", "max-age=0, no-cache, no-store, must-revalidate, private"}
    assert "Cookie" in response["Vary"]
    assert policy(response) >= POLICY


@pytest.fixture
def paths(client: Client, carol: User) -> list[str]:
    """Addresses of pages of every kind; carol, who is staff, is signed in."""
    client.force_login(carol)
    turn = asked(LoginSession.objects.get(), citations=[citing(recorded("Planning", "x"))])
    conversation = f"/c/{turn.conversation.uuid}/"
    pages = ["/", conversation, f"{conversation}turns/", f"/turns/{turn.uuid}/", "/recordings/", "/accounts/password/"]
    return [*pages, "/conversations/", "/nothing/", "/recordings/options/", "/ask/", f"{conversation}ask/"]


def test_a_browser_gets_a_csrf_cookie_once(client: Client, carol: User) -> None:
    client.force_login(carol)

    cookies = [client.get(path).cookies.get("csrftoken") for path in ("/", "/", "/recordings/")]
    client.cookies["csrftoken"] = "x" * 32
    changed = client.get("/").cookies.get("csrftoken")

    assert cookies[0]
    assert cookies[1:] == [None, None]
    assert changed is None
    assert "Cookie" in client.get("/")["Vary"]


def test_pages_are_private(client: Client, paths: list[str]) -> None:
    for path in paths:
        response = client.get(path)

        assert_private(response)
        assert policy(response) == POLICY | TRUSTED_TYPES


def test_the_admin_is_private_and_may_write_its_own_html(client: Client, carol: User) -> None:
    client.force_login(carol)

    response = client.get("/admin/chat/conversation/")

    assert_private(response)
    assert policy(response) == POLICY


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/link/x/y/", "/", "/nothing/"])
def test_public_pages_are_not_cached_either(client: Client, path: str) -> None:
    assert_private(client.get(path))


def test_static_files_may_be_cached_for_long(client: Client) -> None:
    response = client.get(staticfiles_storage.url("chat/css/pages/plain.css"))

    assert response.status_code == 200
    assert "immutable" in response["Cache-Control"]
    assert not response.has_header("Vary") or "Cookie" not in response["Vary"]
    assert {name: response[name] for name in EVERYWHERE} == EVERYWHERE


def test_the_refusal_of_a_foreign_host_is_private(client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert_private(response)
    assert "This request could not be processed" in response.content.decode()


def test_the_refusal_of_a_form_without_a_token_is_private() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/")

    assert response.status_code == 403
    assert_private(response)


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (ValueError("secret detail"), 500, "Something went wrong on our side"),
        (OperationalError("secret detail"), 503, "The site is temporarily unavailable"),
    ],
)
def test_an_error_page_does_not_reveal_the_cause(
    carol: User, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, message: str
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(carol)
    monkeypatch.setattr("chat.recordings.views.search_text", _raising(error))

    response = client.get("/recordings/")

    assert response.status_code == status
    assert message in response.content.decode()
    assert "secret" not in response.content.decode()
    assert_private(response)


def _raising(error: Exception) -> Any:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_the_error_page_needs_no_database(rf: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = errors.server_error(rf.get("/"))

    assert response.status_code == 500


def test_pages_have_no_inline_script_or_style(client: Client, paths: list[str]) -> None:
    for path in paths:
        html = client.get(path).content.decode()

        assert " style=" not in html
        assert "<style" not in html
        assert (
            html.count("<script")
            == html.count('"></script>')
            == html.count('<script type="module" src="/static/chat/js/')
        )
