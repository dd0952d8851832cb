"""docs/protocol.md matches the code: the same names, keys and codes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from chat.live import protocol
from chat.turns import events

TEXT = (Path(__file__).parent.parent.parent / "docs" / "protocol.md").read_text()
KINDS = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    "name": {"type": "string", "minLength": 1, "maxLength": 120},
    "seq": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    "null": {"type": "null"},
}


def section(title: str) -> list[list[str]]:
    """Return the rows of the first table below a heading, each as a list of cells."""
    body = TEXT.split(f"\n## {title}")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in body.splitlines() if line.startswith("| ")]
    return rows[1:]


def documented(cell: str) -> dict[str, str]:
    """Return the keys in a table cell with their kinds; optional keys end with a question mark."""
    return {name + mark: kind.strip() for name, mark, kind in re.findall(r"`(\w+)`(\??): ([\w\[\] ]+)", cell)}


def declared(schema: dict[str, Any]) -> dict[str, str]:
    """Return the same from a JSON Schema."""
    required = schema.get("required", [])
    names = [name for name in schema["properties"] if name != "type"]
    return {name + ("" if name in required else "?"): kind_of(schema["properties"][name]) for name in names}


def kind_of(schema: dict[str, Any]) -> str:
    schema = {key: value for key, value in schema.items() if key not in ("default", "title")}
    if "anyOf" in schema:
        return " or ".join(sorted((kind_of(option) for option in schema["anyOf"]), key=lambda kind: kind == "null"))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2].lower()
    if schema.get("type") == "array":
        items = schema["items"]
        return ("citation" if "$ref" in items else kind_of(items)) + "[]"
    return next(name for name, kind in KINDS.items() if kind == schema)


@pytest.mark.parametrize(
    ("title", "types"), [("Commands", protocol.COMMANDS), ("Events", events.EVENTS)], ids=["commands", "events"]
)
def test_every_message_is_documented_with_its_keys(title: str, types: tuple[type, ...]) -> None:
    rows = {row[0].strip("`"): documented(row[1]) for row in section(title)}
    schemas = protocol.json_schema()

    assert rows == {kind.__name__.lower(): declared(schemas[kind.__name__]) for kind in types}


def test_the_keys_of_a_citation_are_documented() -> None:
    text = TEXT.split("A citation has the keys ")[1].split("(seconds)")[0]

    assert documented(text.replace("\n", " ")) == declared(protocol.json_schema()["Source"])


def test_the_keys_of_limits_are_documented() -> None:
    text = TEXT.split("`limits` have the keys ")[1].split(" (days")[0]

    assert documented(text.replace("\n", " ")) == declared(protocol.json_schema()["Limits"])


def test_every_error_code_is_documented() -> None:
    assert {row[0].strip("`") for row in section("Error codes")} == set(events.ErrorCode)


def test_every_close_code_is_documented() -> None:
    assert {int(row[0]) for row in section("Close codes")} == set(protocol.CloseCode)
