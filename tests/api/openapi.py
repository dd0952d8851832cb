"""What docs/openapi.json must say of the shapes that the code sends and takes."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from chat.api import resources
from chat.api.question import Question
from chat.live import frames
from chat.problems import Problem

from ..support.processes import ROOT

FILE = ROOT / "docs" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text())
EVENTS = {
    "token": frames.TokenData,
    "citations": frames.CitationsData,
    "done": frames.DoneData,
    "error": frames.ErrorData,
}
TYPES = [
    Question,
    Problem,
    *EVENTS.values(),
    resources.ConversationPage,
    resources.ConversationWithTurns,
    resources.RecordingPage,
]


def schemas() -> dict[str, Any]:
    """JSON Schema of everything that goes in or out, by name."""
    _, found = msgspec.json.schema_components(TYPES, ref_template="#/components/schemas/{name}")
    for schema in found.values():
        schema["description"] = " ".join(schema["description"].split())  # how it is indented differs between Pythons
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


def write() -> None:
    """Bring the document to what the code says."""
    DOCUMENT["components"]["schemas"] = schemas()
    FILE.write_text(json.dumps(DOCUMENT, indent=2, ensure_ascii=False) + "\n")
