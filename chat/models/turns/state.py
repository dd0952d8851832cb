"""The states of a turn, its transitions, phases and failures: the only place that spells them out."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    """The state of a turn. ``TRANSITIONS`` lists the next states; a state without any is terminal."""

    QUEUED = "queued"
    STREAMING = "streaming"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"


TRANSITIONS = {
    State.QUEUED: (State.STREAMING, State.CANCELLED),
    State.STREAMING: (State.COMPLETE, State.STOPPED, State.FAILED, State.INTERRUPTED),
}
ACTIVE = tuple(TRANSITIONS)
TERMINAL = tuple(state for state in State if state not in TRANSITIONS)
ENDED_EARLY = ("stopped", "failed", "interrupted", "cancelled")
"""The states of turns that ended without a complete answer, which are few: an index of their own has them."""


class Phase(models.TextChoices):
    """The current step of a streaming turn, as the page shows it. In order; a turn may skip some."""

    REWRITING = "rewriting", "Rephrasing the question…"
    RETRIEVING = "retrieving", "Searching the recordings…"
    GRADING = "grading", "Checking what was found…"
    WAITING = "waiting", "Waiting for the model…"
    THINKING = "thinking", "Thinking…"
    ANSWERING = "answering", "Answering…"


class Failure(models.TextChoices):
    """Why a turn failed or was interrupted, with a message for the user."""

    RETRIEVAL_FAILED = "RETRIEVAL_FAILED", "The recordings could not be searched. Please try again."
    GENERATION_FAILED = "GENERATION_FAILED", "The model could not finish this answer. Please try again."
    MODEL_UNREACHABLE = (
        "MODEL_UNREACHABLE",
        "The model of this site cannot be reached. Please try again in a few minutes. If it stays so, tell whoever runs"
        " this site.",
    )
    MODEL_DENIED = (
        "MODEL_DENIED",
        "The model of this site refuses its key. Asking again does not help: please tell whoever runs this site.",
    )
    MODEL_UNKNOWN = (
        "MODEL_UNKNOWN",
        "The model of this site does not exist where it is looked for. Asking again does not help: please tell whoever"
        " runs this site.",
    )
    TIMEOUT = "TIMEOUT", "The model took too long to answer. Please try again."
    INTERNAL_ERROR = "INTERNAL_ERROR", "Something went wrong on our side. Please try again."
    WITHDRAWN = (
        "WITHDRAWN",
        "This answer has ended because you may no longer hear one of its recordings. Asking again searches those that"
        " you hear.",
    )
    INTERRUPTED = "INTERRUPTED", "The answer was interrupted because the server restarted. What came is kept."


LASTING = (Failure.MODEL_DENIED, Failure.MODEL_UNKNOWN)
"""The failures that asking again does not mend: somebody has to change a setting."""
