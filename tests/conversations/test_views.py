"""The same tests for every page: it answers its owner, asks visitors to sign in, gives strangers and bad ids a 404, and
refuses wrong methods and forms of other sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from chat.models import ApiToken, Collection, DataExport, LoginSession, Recording, Turn

from ..support.asked import asked, citing, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.usefixtures("static_files")]


@dataclass(frozen=True)
class Route:
    """A page: its name and method, the object (``of``) whose id its address holds, the status that the owner gets."""

    name: str
    method: str = "get"
    of: str = ""
    status: int = 200

    def __str__(self) -> str:
        return self.name


ROUTES = [
    Route("chat:home"),
    Route("chat:ask", "post", status=400),  # without a question
    Route("chat:conversation-detail", of="conversation"),
    Route("chat:conversation-ask", "post", of="conversation", status=400),
    Route("chat:conversation-rename", "post", of="conversation", status=400),  # without a title
    Route("chat:conversation-delete", "post", of="conversation", status=302),
    Route("chat:conversation-turns", of="conversation"),
    Route("chat:conversation-list"),
    Route("chat:conversation-archive"),
    Route("chat:turn-detail", of="turn"),
    Route("chat:turn-source", of="source"),
    Route("chat:turn-stop", "post", of="turn", status=302),
    Route("chat:turn-retry", "post", of="turn", status=302),
    Route("chat:turn-feedback", "post", of="turn", status=302),
    Route("chat:turn-check", of="turn"),
    Route("chat:about-data"),
    Route("chat:reviewers"),
    Route("chat:search"),
    Route("chat:erasure-list", status=403),  # alice manages no collection
    Route("chat:erasure-new", status=403),
    Route("chat:erasure-detail", of="erasure", status=404),
    Route("chat:erasure-resume", "post", of="erasure", status=404),
    Route("chat:recording-list"),
    Route("chat:recording-options"),
    Route("chat:recording-speakers"),
    Route("chat:recording-upload"),
    Route("chat:job-list"),
    Route("chat:job-shown"),
    Route("chat:recording-move", of="recording", status=404),  # alice manages no collection
    Route("chat:recording-consent", of="recording", status=404),
    Route("chat:recording-delete", of="recording", status=404),
    Route("chat:recording-language", of="recording", status=404),
    Route("chat:recording-detail", of="recording"),
    Route("chat:recording-segments", of="recording"),
    Route("chat:recording-text", of="recording"),
    Route("chat:recording-withdraw-audio", of="recording", status=404),  # alice manages no collection
    Route("chat:recording-audio", of="recording", status=404),  # the recording has no audio
    Route("chat:collection-list"),
    Route("chat:collection-new", status=403),  # only administrators make collections
    Route("chat:collection-detail", of="collection"),
    Route("chat:collection-edit", "post", of="collection", status=404),
    Route("chat:collection-retention", of="collection", status=403),
    Route("chat:collection-delete", "post", of="collection", status=404),
    Route("chat:collection-leave", "post", of="collection", status=404),  # alice is no member of it
    Route("chat:collection-members", "post", of="collection", status=404),
    Route("chat:collection-member", "post", of="member", status=404),
    Route("account"),
    Route("account-data"),
    Route("account-data-progress"),
    Route("account-data-file", of="export"),
    Route("account-conversations-delete"),
    Route("account-delete"),
    Route("second-factor"),
    Route("second-factor-confirm"),
    Route("second-factor-app"),
    Route("second-factor-passkey"),
    Route("second-factor-codes", status=302),  # alice has no factor
    Route("second-factor-remove", of="person", status=404),
    Route("person-second-factor", of="person", status=403),
    Route("people", status=403),  # only administrators see people
    Route("person", of="person", status=403),
    Route("person-active", "post", of="person", status=403),
    Route("person-delete", of="person", status=403),
    Route("holds", status=403),  # only administrators place holds
    Route("hold-new", status=403),
    Route("hold-release", of="hold", status=403),
    Route("devices-sign-out", "post", status=302),
    Route("device-sign-out", "post", of="device", status=302),
    Route("password_change"),
    Route("invitations", status=403),  # only administrators invite
    Route("invitation-renew", "post", of="invitation", status=403),
    Route("invitation-revoke", "post", of="invitation", status=403),
    Route("reads"),
    Route("api-tokens"),
    Route("api-token-revoke", "post", of="token", status=302),
    Route("logout", "post", status=302),
]
OPEN = {
    "account_login", "first-run", "forgotten", "invitation", "livez", "login", "new-password", "readyz", "second-step",
    "sign-in-link", "sso-begin", "sso-callback", "sso-sign-out",
}  # fmt: skip
"""Pages that need no sign-in; tests/accounts, invitations, second_factor, sso and serving test them."""
OWNED = [route for route in ROUTES if route.of in {"conversation", "turn", "source", "token", "device", "export"}]


@pytest.fixture
def turn(client: Client, alice: User) -> Turn:
    """A turn of alice, who is signed in."""
    client.force_login(alice)
    recording = recorded("Planning", "We ship in March.")
    login = LoginSession.objects.get(user=alice)
    ApiToken.issue(alice, "reports")
    DataExport.objects.create(user=alice, finished_at=timezone.now())
    return asked(login, "When do we ship?", answer="In March [1].", citations=[citing(recording)])


def address(route: Route, turn: Turn) -> str:
    ids = {
        "conversation": turn.conversation.uuid,
        "turn": turn.uuid,
        "recording": Recording.objects.get().uuid,
        "token": LoginSession.objects.get(api_token__isnull=False).uuid,
        "export": DataExport.objects.get().uuid,
        "device": turn.login_session.uuid,
        "collection": Collection.objects.get().uuid,
        "erasure": UUID(int=1),  # alice gets the same answer for any
        "hold": UUID(int=1),  # alice gets the same answer for any
        "invitation": UUID(int=1),  # alice gets the same answer for any
    }
    if route.of == "member":
        return reverse(route.name, args=[ids["collection"], 1])
    if route.of == "source":
        return reverse(route.name, args=[ids["turn"], 1])
    if route.of == "person":
        return reverse(route.name, args=[turn.user_id])
    return reverse(route.name, args=[ids[route.of]] if route.of else [])


def call(client: Client, route: Route, path: str) -> Any:
    return getattr(client, route.method)(path)


# Every page


def names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + (pattern.name or str(pattern.pattern))
        elif pattern.app_name != "admin":
            yield from names(pattern.url_patterns, prefix + (f"{pattern.namespace}:" if pattern.namespace else ""))


def test_these_tests_cover_every_address() -> None:
    of_the_admin = {"admin/login/", "admin/logout/", "admin/password_change/"}  # tests/review/test_admin.py
    elsewhere = ("api:", "scim:")  # tests/api, tests/scim
    pages = {name for name in names(get_resolver().url_patterns) if not name.startswith(elsewhere)}
    of_uploads = {"chat:upload-detail", "chat:upload-piece"}  # tests/uploads/test_pieces.py
    of_jobs = {"chat:job-again", "chat:job-cancel", "chat:job-transcript"}  # tests/processing/test_views.py

    assert pages == {route.name for route in ROUTES} | OPEN | of_the_admin | of_uploads | of_jobs


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_owner_gets_an_answer(client: Client, turn: Turn, route: Route) -> None:
    assert call(client, route, address(route, turn)).status_code == route.status


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_visitor_is_sent_to_the_sign_in_page(turn: Turn, route: Route) -> None:
    response = call(Client(), route, path := address(route, turn))

    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={path if route.method == 'get' else '/'}"


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_script_without_a_sign_in_gets_401(turn: Turn, route: Route) -> None:
    response = call(Client(headers={"sec-fetch-dest": "empty"}), route, address(route, turn))

    assert response.status_code == 401


@pytest.mark.parametrize("route", OWNED, ids=str)
@pytest.mark.parametrize("who", ["bob", "carol"])
def test_a_stranger_gets_the_answer_of_an_unknown_id(
    request: pytest.FixtureRequest, turn: Turn, route: Route, who: str
) -> None:
    stranger = Client()
    stranger.force_login(request.getfixturevalue(who))

    foreign = call(stranger, route, address(route, turn))
    unknown = call(stranger, route, reverse(route.name, args=[uuid4(), *([1] if route.of == "source" else [])]))

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    turn.refresh_from_db()
    assert (turn.state, turn.conversation.deleted_at) == ("complete", None)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.of not in {"", "person"}], ids=str)
@pytest.mark.parametrize("bad", ["1", "x", "00000000-0000-0000-0000-00000000000g", "%00", "..%2f"])
def test_a_bad_id_is_not_found(client: Client, turn: Turn, route: Route, bad: str) -> None:
    name, more = uuid4(), [1] if route.of in {"member", "source"} else []
    path = reverse(route.name, args=[name, *more]).replace(str(name), bad)

    assert call(client, route, path).status_code == 404


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_wrong_method_is_refused(client: Client, turn: Turn, route: Route) -> None:
    wrong = {"get": ["put", "delete", "patch"], "post": ["get", "put", "delete"]}[route.method]
    if route.name == "password_change":
        wrong = ["delete", "patch"]  # its form posts to the page itself, for which Django also accepts PUT

    assert {getattr(client, method)(address(route, turn)).status_code for method in wrong} == {405}


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "post"], ids=str)
def test_a_form_of_another_site_is_refused(client: Client, turn: Turn, route: Route) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies

    response = strict.post(address(route, turn), headers={"origin": "https://evil.example"})

    assert response.status_code == 403
    assert "Please send the form again" in response.content.decode()


def test_a_deleted_conversation_is_not_found(client: Client, turn: Turn) -> None:
    turn.conversation.discard()

    in_it = [route for route in OWNED if route.of not in {"token", "device", "export"}]

    assert {call(client, route, address(route, turn)).status_code for route in in_it} == {404}
