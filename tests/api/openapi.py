"""What docs/openapi.json must say of the shapes that the code sends and takes."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from chat.api import resources
from chat.api.question import Question
from chat.problems import Problem
from chat.sse import frames

from ..servers import ROOT

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text())
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
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain
