"""The schemas that docs/openapi.json must contain for what the code sends and receives."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from chat.api import judging, recordings, resources, review
from chat.api.question import Question
from chat.live import frames
from chat.problems import Problem
from chat.uploads import wire

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
    judging.Thumb,
    judging.AskForCheck,
    review.Why,
    *EVENTS.values(),
    resources.ConversationPage,
    resources.ConversationWithTurns,
    resources.Feedback,
    resources.Check,
    resources.ReviewPage,
    resources.ReviewedConversation,
    recordings.RecordingPage,
    wire.SaidBatch,
    wire.Batch,
    wire.Uploads,
]


def schemas() -> dict[str, Any]:
    """Return the JSON Schema of everything that is sent or received, by name."""
    _, components = msgspec.json.schema_components(TYPES, ref_template="#/components/schemas/{name}")
    for schema in components.values():
        schema["description"] = " ".join(schema["description"].split())  # since 3.13 Python strips the indentation
    plain: dict[str, Any] = json.loads(json.dumps(components))
    return plain


def write() -> None:
    """Update the document's schemas from the code."""
    DOCUMENT["components"]["schemas"] = schemas()
    FILE.write_text(json.dumps(DOCUMENT, indent=2, ensure_ascii=False) + "\n")
