"""The endpoints of SCIM."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from ..turns.nudges import SIGN_INS_TOPIC, STOP_TOPIC
from ..turns.runner import runner
from . import groups, users
from .paths import Comparison, Path, comparison, path
from .protocol import GROUP, MOST, PATCH, USER, Document, ScimError, answer, body_of, listed, scim, window

Row = TypeVar("Row", User, Group)
LONGEST_KEY = 19
"""The digits of the first number that no database has room for."""
_VERBS = ("add", "replace", "remove")


@scim("GET", "POST")
def user_list(request: HttpRequest) -> HttpResponse:
    """List users, or create one."""
    if request.method == "POST":
        user = users.create(body_of(request))
        return answer(users.resource(_reread(users.visible(), user.pk), _base(request)), 201)
    return _listed(request, users.visible(), users.found, users.resource)


@scim("GET", "PUT", "PATCH", "DELETE")
def user_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """Return, replace, change or deactivate a user."""
    user = _reread(users.visible(), pk)
    try:
        if request.method == "PUT":
            users.replace(user, body_of(request))
        elif request.method == "PATCH":
            users.patch(user, _operations(body_of(request)))
        elif request.method == "DELETE":
            users.remove(user)
    finally:  # a user under a legal hold is not deleted, but deactivated
        if request.method != "GET":
            runner.wake(SIGN_INS_TOPIC, STOP_TOPIC)
    if request.method == "DELETE":
        return HttpResponse(status=204)
    return answer(users.resource(_reread(users.visible(), pk), _base(request)))


@scim("GET", "POST")
def group_list(request: HttpRequest) -> HttpResponse:
    """List groups, or create one."""
    if request.method == "POST":
        group = groups.create(body_of(request))
        return answer(groups.resource(_reread(groups.visible(), group.pk), _base(request)), 201)
    with_members = "members" not in request.GET.get("excludedAttributes", "")
    return _listed(
        request,
        groups.visible(),
        groups.found,
        lambda group, base: groups.resource(group, base, with_members=with_members),
    )


@scim("GET", "PUT", "PATCH", "DELETE")
def group_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """Return, replace, change or delete a group."""
    group = _reread(groups.visible(), pk)
    if request.method == "DELETE":
        group.user_set.set([])  # so that each member has an event
        group.delete()
        return HttpResponse(status=204)
    if request.method == "PUT":
        groups.replace(group, body_of(request))
    elif request.method == "PATCH":
        groups.patch(group, _operations(body_of(request)))
    return answer(groups.resource(_reread(groups.visible(), pk), _base(request)))


@scim("GET")
def configuration(request: HttpRequest) -> HttpResponse:
    """Say what of the protocol is supported."""
    off = {"supported": False}
    bearer = {"type": "oauthbearertoken", "name": "Bearer token", "description": "The value of SCIM_TOKEN."}
    return answer(
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": {"supported": True},
            "bulk": {**off, "maxOperations": 0, "maxPayloadSize": 0},
            "filter": {"supported": True, "maxResults": MOST},
            "changePassword": off,
            "sort": off,
            "etag": off,
            "authenticationSchemes": [bearer],
            "meta": {
                "resourceType": "ServiceProviderConfig",
                "location": f"{_base(request)}ServiceProviderConfig",
            },
        }
    )


@scim("GET")
def resource_types(request: HttpRequest) -> HttpResponse:
    """Name the kinds of resources."""
    kinds = [("User", "Users", USER), ("Group", "Groups", GROUP)]
    resources: list[Document] = [
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": name,
            "name": name,
            "endpoint": f"/{endpoint}",
            "schema": schema,
            "meta": {"resourceType": "ResourceType", "location": f"{_base(request)}ResourceTypes/{name}"},
        }
        for name, endpoint, schema in kinds
    ]
    return listed(resources, len(resources), 1)


def _listed(
    request: HttpRequest,
    rows: QuerySet[Row],
    found: Callable[[Comparison], QuerySet[Row]],
    resource: Callable[[Row, str], Document],
) -> HttpResponse:
    start, count = window(request.GET.dict())
    if "filter" in request.GET:
        rows = found(comparison(request.GET["filter"]))
    base = _base(request)
    return listed([resource(row, base) for row in rows[start - 1 : start - 1 + count]], rows.count(), start)


def _operations(document: Document) -> Iterator[tuple[str, Path | None, Any]]:
    """Yield the changes of a request. Raise ``ScimError``."""
    given = {str(key).lower(): value for key, value in document.items()}
    operations = given.get("operations")
    if PATCH not in (given.get("schemas") or []) or not isinstance(operations, list):
        raise ScimError(400, "This is no PatchOp with Operations.", "invalidSyntax")
    for operation in operations:
        parts = {str(key).lower(): value for key, value in operation.items()} if isinstance(operation, dict) else {}
        verb = str(parts.get("op", "")).lower()
        if verb not in _VERBS:
            raise ScimError(400, "An operation is add, replace or remove.", "invalidSyntax")
        where = path(str(parts["path"])) if parts.get("path") else None
        if verb == "remove" and where is None:
            raise ScimError(400, "What is removed needs a path.", "noTarget")
        yield verb, where, parts.get("value")


def _reread(rows: QuerySet[Row], pk: int | str) -> Row:
    """Return the resource with this id, which a directory may have made up. Raise ``ScimError`` if there is none."""
    is_key = str(pk).isascii() and str(pk).isdigit() and len(str(pk)) < LONGEST_KEY
    row = rows.filter(pk=pk).first() if is_key else None
    if row is None:
        raise ScimError(404, "There is no resource with this id.")
    return row


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("scim:user-list")).removesuffix("Users")
