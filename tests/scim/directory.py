"""The requests that a directory sends."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

TOKEN = "scim-token-of-thirty-two-characters"  # of this test
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BJENSEN: dict[str, Any] = {  # RFC 7644, section 3.3
    "schemas": [USER],
    "userName": "bjensen",
    "externalId": "bjensen",
    "name": {"formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara"},
}


def call(method: str, path: str, document: object = None, token: str = TOKEN) -> Any:
    client = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {token}"})
    data = b"" if document is None else json.dumps(document).encode()
    return client.generic(method, f"/scim/v2/{path}", data, content_type="application/scim+json")


def patched(path: str, *operations: dict[str, Any]) -> Any:
    return call("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)})


def created(**more: Any) -> dict[str, Any]:
    response = call("POST", "Users", BJENSEN | more)
    assert response.status_code == 201, response.content
    document: dict[str, Any] = response.json()
    return document


def details(response: Any) -> tuple[int, str]:
    document = response.json()
    assert document["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert document["status"] == str(response.status_code)
    return response.status_code, document.get("scimType", "")
