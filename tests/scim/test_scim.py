"""SCIM 2.0 of users, with the requests of RFC 7644 and of common directories."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from chat.models import AccessEvent, ApiToken, LoginSession
from chat.models.secret import digest_of

from ..support.asked import asked
from .directory import BJENSEN, TOKEN, USER, call, created, details, patched

pytestmark = pytest.mark.django_db


# Access


def test_without_the_token_nothing_is_served(alice: User) -> None:
    for token in ("", "wrong", TOKEN[:-1]):
        response = call("GET", "Users", token=token)
        assert details(response)[0] == 401
        assert response["WWW-Authenticate"].startswith("Bearer")
    _, secret = ApiToken.issue(alice, "reports")
    assert call("GET", "Users", token=secret).status_code == 401


@pytest.mark.usefixtures("static_files")
def test_without_the_setting_there_is_no_scim(settings: Settings) -> None:
    settings.SCIM_TOKEN = ""

    assert call("GET", "Users", token="").status_code == 404


def test_the_service_says_what_it_supports() -> None:
    configuration = call("GET", "ServiceProviderConfig").json()

    assert configuration["patch"] == {"supported": True}
    assert configuration["authenticationSchemes"][0]["type"] == "oauthbearertoken"
    assert [each["name"] for each in call("GET", "ResourceTypes").json()["Resources"]] == ["User", "Group"]


# Users


def test_a_user_is_created_without_a_password() -> None:
    response = call("POST", "Users", BJENSEN)

    user = User.objects.get()
    document = response.json()
    assert response.status_code == 201
    assert response["Content-Type"] == "application/scim+json"
    assert response["Location"] == document["meta"]["location"] == f"http://testserver/scim/v2/Users/{user.pk}"
    assert (document["id"], document["userName"], document["externalId"]) == (str(user.pk), "bjensen", "bjensen")
    assert (user.get_full_name(), user.is_active, user.has_usable_password()) == ("Barbara Jensen", True, False)
    assert (user.is_staff, user.is_superuser) == (False, False)
    [event] = AccessEvent.objects.of_member(user.pk)
    assert (event.kind, event.how, event.actor_name) == ("account-made", "scim", "")


def test_a_name_is_given_once(alice: User) -> None:
    assert details(call("POST", "Users", BJENSEN | {"userName": "Alice"})) == (409, "uniqueness")
    user = created()
    assert details(call("PUT", f"Users/{user['id']}", BJENSEN | {"userName": "alice"})) == (409, "uniqueness")


@pytest.mark.parametrize(
    "wrong",
    [
        {"userName": ""},
        {"userName": "a" * 151},
        {"userName": "a\0b"},
        {"active": "perhaps"},
        {"emails": [{"value": "x"}]},
    ],
    ids=str,
)
def test_a_user_that_is_not_valid_is_refused(wrong: dict[str, Any]) -> None:
    assert details(call("POST", "Users", BJENSEN | wrong)) == (400, "invalidValue")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000], ids=["none", "half", "list", "bytes", "deep"]
)
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    client = Client(headers={"authorization": f"Bearer {TOKEN}"})

    assert details(client.generic("POST", "/scim/v2/Users", body)) == (400, "invalidSyntax")


@pytest.mark.parametrize(
    "query",
    [
        'userName eq "bjensen"',
        'userName Eq "BJensen"',
        'externalId eq "bjensen"',
        'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "bjensen"',
        "active eq true",
        'emails.value eq "b@example.com"',
    ],
)
def test_a_user_is_found(bob: User, query: str) -> None:
    User.objects.update(is_active=False)
    user = created(emails=[{"value": "B@example.com", "primary": True}])

    found = call("GET", f"Users?filter={query}".replace(" ", "%20")).json()

    assert [each["id"] for each in found["Resources"]] == [user["id"]]
    assert found["totalResults"] == 1


@pytest.mark.parametrize("query", ["userName", 'userName co "b"', 'userName eq "a" and active eq true', 'title eq "x"'])
def test_a_filter_that_is_not_supported_is_refused(query: str) -> None:
    assert details(call("GET", f"Users?filter={query}".replace(" ", "%20"))) == (400, "invalidFilter")


def test_a_list_has_pages(alice: User, bob: User) -> None:
    page = call("GET", "Users?startIndex=2&count=1").json()

    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (2, 2, 1)
    assert [each["userName"] for each in page["Resources"]] == ["bob"]
    assert call("GET", "Users?count=0").json()["Resources"] == []
    assert details(call("GET", "Users?count=many")) == (400, "invalidValue")


def test_a_user_is_replaced() -> None:
    user = created(emails=[{"value": "b@example.com"}])
    document = {"schemas": [USER], "userName": "barbara", "name": {"givenName": "Babs"}, "active": True}

    replaced = call("PUT", f"Users/{user['id']}", document).json()

    stored = User.objects.get()
    assert (stored.username, stored.first_name, stored.last_name, stored.email) == ("barbara", "Babs", "", "")
    assert "externalId" not in replaced


def test_the_attributes_of_a_user_are_changed_as_directories_do() -> None:
    path = f"Users/{created()['id']}"

    patched(path, {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "babs@example.com"})
    patched(path, {"op": "Add", "path": "name.givenName", "value": "Babs"})
    patched(path, {"op": "replace", "value": {"userName": "babs", "urn:ietf:params:scim:x:2.0:User:title": "Boss"}})
    patched(path, {"op": "remove", "path": "name.familyName"})
    response = patched(path, {"op": "replace", "path": "externalId", "value": "42"})

    stored = User.objects.get()
    assert (stored.username, stored.get_full_name(), stored.email) == ("babs", "Babs", "babs@example.com")
    assert response.json()["externalId"] == "42"


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ({"op": "move", "path": "active", "value": True}, "invalidSyntax"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "replace", "path": "emails[", "value": ""}, "invalidPath"),
        ({"op": "remove", "path": "userName"}, "mutability"),
    ],
    ids=str,
)
def test_a_change_that_is_not_valid_changes_nothing(operation: dict[str, Any], kind: str) -> None:
    path = f"Users/{created()['id']}"

    response = patched(path, {"op": "replace", "path": "userName", "value": "other"}, operation)

    assert details(response) == (400, kind)
    assert User.objects.get().username == "bjensen"


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "active", "value": False},
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "replace", "value": {"active": False}},
    ],
    ids=str,
)
@pytest.mark.usefixtures("static_files")
def test_a_leaver_is_locked_out(alice: User, operation: dict[str, Any]) -> None:
    browser = Client()
    browser.force_login(alice)
    streaming = asked(LoginSession.objects.get(user=alice), state="streaming")
    _, secret = ApiToken.issue(alice, "reports")

    response = patched(f"Users/{alice.pk}", operation)

    streaming.refresh_from_db()
    assert response.json()["active"] is False
    assert browser.get("/").status_code == 302
    assert streaming.stop_requested_at
    assert ApiToken.login(digest_of(secret)) is None
    [event] = AccessEvent.objects.of_member(alice.pk)
    assert (event.kind, event.how) == ("account-deactivated", "scim")


def test_the_last_administrator_is_not_locked_out(alice: User) -> None:
    User.objects.update(is_superuser=True)

    response = patched(f"Users/{alice.pk}", {"op": "replace", "path": "active", "value": False})

    assert details(response) == (409, "mutability")
    assert details(call("DELETE", f"Users/{alice.pk}")) == (409, "mutability")
    assert User.objects.get().is_active


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["Users/none", "Users/9999999999999999999", "Users/²", "Groups/-1"])
def test_an_id_that_nothing_has_is_not_found_in_the_words_of_scim(method: str, path: str) -> None:
    assert details(call(method, path, {})) == (404, "")


def test_a_deleted_user_is_gone_for_the_directory_and_deactivated_here(alice: User, login: LoginSession) -> None:
    turn = asked(login)

    assert call("DELETE", f"Users/{alice.pk}").status_code == 204

    alice.refresh_from_db()
    turn.refresh_from_db()
    assert not alice.is_active
    assert details(call("GET", f"Users/{alice.pk}")) == (404, "")
    assert call("GET", "Users").json()["totalResults"] == 0
    again = call("POST", "Users", {"schemas": [USER], "userName": "alice"})
    assert (again.status_code, again.json()["id"], again.json()["active"]) == (201, str(alice.pk), True)


def test_behind_a_proxy_names_are_in_lower_case(settings: Settings) -> None:
    settings.TRUSTED_PROXY = "127.0.0.1"

    assert created(userName="B.Jensen@Example.com")["userName"] == "b.jensen@example.com"


@pytest.mark.parametrize("path", ["Users/0", "Users/999999999999999999999999", "Groups/0"])
def test_what_is_unknown_is_not_found(path: str) -> None:
    assert details(call("GET", path)) == (404, "")


def test_a_wrong_method_is_refused(alice: User) -> None:
    assert details(call("DELETE", "Users")) == (405, "")
