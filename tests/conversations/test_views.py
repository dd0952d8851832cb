"""The same questions for every page: it works; who is not signed in signs in; a stranger finds nothing; a bad id, a
wrong method and too long a text are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from chat.models import ApiToken, LoginSession, Recording, Turn

from ..support.asked import asked, citing, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.usefixtures("static_files")]


@dataclass(frozen=True)
class Route:
    """A page: how it is called, whose id its address holds, what it answers to the owner of that."""

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
    Route("chat:turn-stop", "post", of="turn", status=302),
    Route("chat:turn-retry", "post", of="turn", status=302),
    Route("chat:recording-list"),
    Route("chat:recording-options"),
    Route("chat:recording-detail", of="recording"),
    Route("chat:recording-audio", of="recording", status=404),  # there is none
    Route("password_change"),
    Route("api-tokens"),
    Route("api-token-revoke", "post", of="token", status=302),
    Route("logout", "post", status=302),
]
OPEN = {"login", "sign-in-link", "livez", "readyz"}
"""What is there for everybody; tests/accounts/test_views.py and tests/serving/test_health.py ask it."""
OWNED = [route for route in ROUTES if route.of in {"conversation", "turn", "token"}]


@pytest.fixture
def turn(client: Client, alice: User) -> Turn:
    """A turn of alice, who is signed in."""
    client.force_login(alice)
    recording = recorded("Planning", "We ship in March.")
    login = LoginSession.objects.get(user=alice)
    ApiToken.issue(alice, "reports")
    return asked(login, "When do we ship?", answer="In March [1].", citations=[citing(recording)])


def address(route: Route, turn: Turn) -> str:
    ids = {
        "conversation": turn.conversation.uuid,
        "turn": turn.uuid,
        "recording": Recording.objects.get().uuid,
        "token": LoginSession.objects.get(api_token__isnull=False).uuid,
    }
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


def test_every_address_is_asked_here() -> None:
    of_the_admin = {"admin/login/", "admin/logout/", "admin/password_change/"}  # tests/review/test_admin.py
    pages = {name for name in names(get_resolver().url_patterns) if not name.startswith("api:")}  # tests/api

    assert pages == {route.name for route in ROUTES} | OPEN | of_the_admin


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_owner_gets_an_answer(client: Client, turn: Turn, route: Route) -> None:
    assert call(client, route, address(route, turn)).status_code == route.status


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_who_is_not_signed_in_is_asked_to(turn: Turn, route: Route) -> None:
    response = call(Client(), route, path := address(route, turn))

    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={path if route.method == 'get' else '/'}"


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_script_that_is_not_signed_in_is_told_so(turn: Turn, route: Route) -> None:
    response = call(Client(headers={"sec-fetch-dest": "empty"}), route, address(route, turn))

    assert response.status_code == 401


@pytest.mark.parametrize("route", OWNED, ids=str)
@pytest.mark.parametrize("who", ["bob", "carol"])
def test_a_stranger_gets_what_an_unknown_id_gets(
    request: pytest.FixtureRequest, turn: Turn, route: Route, who: str
) -> None:
    stranger = Client()
    stranger.force_login(request.getfixturevalue(who))

    foreign = call(stranger, route, address(route, turn))
    unknown = call(stranger, route, reverse(route.name, args=[uuid4()]))

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    turn.refresh_from_db()
    assert (turn.state, turn.conversation.deleted_at) == ("complete", None)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.of], ids=str)
@pytest.mark.parametrize("bad", ["1", "x", "00000000-0000-0000-0000-00000000000g", "%00", "..%2f"])
def test_a_bad_id_is_not_found(client: Client, turn: Turn, route: Route, bad: str) -> None:
    path = reverse(route.name, args=[name := uuid4()]).replace(str(name), bad)

    assert call(client, route, path).status_code == 404


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_wrong_method_is_refused(client: Client, turn: Turn, route: Route) -> None:
    wrong = {"get": ["put", "delete", "patch"], "post": ["get", "put", "delete"]}[route.method]
    if route.name == "password_change":
        wrong = ["delete", "patch"]  # a form that is sent to itself, which Django also takes by PUT

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

    in_it = [route for route in OWNED if route.of != "token"]

    assert {call(client, route, address(route, turn)).status_code for route in in_it} == {404}
