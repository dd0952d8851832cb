"""The content of the page for a new question."""

from __future__ import annotations

from typing import Any

from ..models import Recording

QUESTIONS = (
    "What was decided in “{}”?",
    "Which problems came up in “{}”?",
    "What happens next after “{}”?",
)
DEMO_QUESTIONS = {
    "Heron launch planning": "When does the Heron launch, and what does it cost?",
    "Call with Brightmoor Water": "Why do the crews of Brightmoor Water miss Bluetooth?",
    "Heron launch retrospective": "What was decided about the silicone seal?",
}
"""Questions about the demo's recordings, by title of the recording."""


def welcome() -> dict[str, Any]:
    """Return the number of recordings, and a question about each of the three that were added last."""
    latest = Recording.objects.order_by("-created_at", "-pk")[: len(QUESTIONS)]
    examples = [
        {"question": DEMO_QUESTIONS.get(recording.title, question.format(recording.title)), "recording": recording}
        for question, recording in zip(QUESTIONS, latest, strict=False)
    ]
    return {"recording_count": Recording.objects.count(), "examples": examples}
