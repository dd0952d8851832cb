"""The messages of the protocol: requests with a bearer token, responses, errors and lists."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from ..body import reads_body
from ..models import How, Refused, acting

P = ParamSpec("P")
Document = dict[str, Any]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

CONTENT_TYPE = "application/scim+json"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
MOST = 200
"""Most resources in one list."""


class ScimError(Exception):
    """A request that is refused: its status, a word of RFC 7644 for the reason, and a sentence."""

    def __init__(self, status: int, detail: str, kind: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind = status, detail, kind


def scim(*methods: str) -> Callable[[View[P]], View[P]]:
    """Let a view answer the directory alone, by these methods, and record what it changes as done by it."""

    def decorate(view: View[P]) -> View[P]:
        @reads_body
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not settings.SCIM_TOKEN:
                raise Http404
            if not _is_authorized(request):
                response = error(401, "The bearer token is missing or wrong.")
                response["WWW-Authenticate"] = 'Bearer realm="SCIM"'
                return response
            if request.method not in methods:
                return error(405, f"{request.method} is not supported here.")
            try:
                with acting(None, How.SCIM):
                    return view(request, *args, **kwargs)
            except ScimError as refused:
                return error(refused.status, refused.detail, refused.kind)
            except Refused as refused:
                return error(409, refused.message, "mutability")

        return answered

    return decorate


def body_of(request: HttpRequest) -> Document:
    """Return the JSON object of a request. Raise ``ScimError``."""
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):  # also a text that is not UTF-8, or too deep
        document = None
    if not isinstance(document, dict):
        raise ScimError(400, "The body is not a JSON object.", "invalidSyntax")
    return document


def answer(document: Document, status: int = 200) -> HttpResponse:
    """Return a resource or a message, with its address where it has one."""
    response = HttpResponse(json.dumps(document), status=status, content_type=CONTENT_TYPE)
    if location := document.get("meta", {}).get("location"):
        response["Location"] = location
    return response


def error(status: int, detail: str, kind: str = "") -> HttpResponse:
    """Return an error."""
    document: Document = {"schemas": [ERROR], "status": str(status), "detail": detail}
    return answer(document | ({"scimType": kind} if kind else {}), status)


def listed(resources: Sequence[Document], total: int, start: int) -> HttpResponse:
    """Return a page of a list, whose first resource is number ``start``."""
    counts = {"totalResults": total, "startIndex": start, "itemsPerPage": len(resources)}
    return answer({"schemas": [LIST], **counts, "Resources": list(resources)})


def window(parameters: Mapping[str, str]) -> tuple[int, int]:
    """Return from which number on, and how many resources a list is asked for. Raise ``ScimError``."""
    try:
        start, count = int(parameters.get("startIndex", 1)), int(parameters.get("count", MOST))
    except ValueError:
        raise ScimError(400, "startIndex and count are numbers.", "invalidValue") from None
    return min(max(start, 1), 2**31), min(max(count, 0), MOST)


def _is_authorized(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expected = settings.SCIM_TOKEN.encode()
    return scheme.casefold() == "bearer" and hmac.compare_digest(token.strip().encode("utf-8", "replace"), expected)
