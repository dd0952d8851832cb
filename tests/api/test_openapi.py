"""docs/openapi.json matches the code."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from chat.api import urls
from chat.api.listing import LONGEST_PAGE, PAGE
from chat.problems import STATUS, ProblemCode
from chat.turns.events import ErrorCode

from .openapi import DOCUMENT, EVENTS, schemas


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    paths = DOCUMENT["paths"].items()
    return {(path, method): operation for path, methods in paths for method, operation in methods.items()}


def test_every_address_is_described() -> None:
    undescribed = {"api:openapi", "api:nothing"}
    served = {
        "/api/" + re.sub(r"<int:(\w+)>", r"{\1}", re.sub(r"<uuid:\w+>", "{id}", str(route.pattern)))
        for route in urls.urlpatterns
        if f"api:{route.name}" not in undescribed
    }

    assert set(DOCUMENT["paths"]) == served


def test_the_shapes_are_those_of_the_code() -> None:
    assert DOCUMENT["components"]["schemas"] == schemas()


def test_the_events_are_those_of_the_code() -> None:
    answer = DOCUMENT["paths"]["/api/chat/stream"]["post"]["responses"]["200"]["content"]["text/event-stream"]
    described = {
        event["properties"]["event"]["const"]: event["properties"]["data"]["contentSchema"]["$ref"].rpartition("/")[2]
        for event in answer["itemSchema"]["oneOf"]
    }

    assert described == {name: data.__name__ for name, data in EVENTS.items()}


def test_every_code_is_described_with_its_status() -> None:
    responses = DOCUMENT["components"]["responses"]
    described: dict[str, str] = {}
    for operation in operations().values():
        for status, response in operation["responses"].items():
            if "$ref" in response:
                text = responses[response["$ref"].rpartition("/")[2]]["description"]
                described |= dict.fromkeys(re.findall(r"`([A-Z_]+)`:", text), status)
    by_status = {code: str(STATUS.get(code, 400)) for code in (*STATUS, ErrorCode.INVALID_REQUEST)}
    own = {ProblemCode.SIGNED_OUT: "401", ProblemCode.FORBIDDEN: "403", ProblemCode.UNAVAILABLE: "503"}

    assert described == by_status | own


def test_the_limits_of_a_page_are_those_of_the_code() -> None:
    parameters = DOCUMENT["paths"]["/api/recordings"]["get"]["parameters"]
    [limit] = [parameter["schema"] for parameter in parameters if parameter["name"] == "limit"]

    assert (limit["maximum"], limit["default"]) == (LONGEST_PAGE, PAGE)


@pytest.mark.django_db
def test_everyone_may_read_the_description(client: Client) -> None:
    response = client.get("/api/openapi.json")

    assert response.json() == DOCUMENT
