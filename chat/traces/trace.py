"""The trace of a turn, built from the database, independent of MLflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from ..models import Feedback, Phase, ReviewLabel, State, Turn

_COUNTS = ("input_tokens", "output_tokens")

Kind = Literal["CHAIN", "RETRIEVER", "CHAT_MODEL", "UNKNOWN"]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A period within a turn."""

    name: str
    kind: Kind = "UNKNOWN"
    start: datetime
    end: datetime
    inputs: Any = None  # anything that JSON can represent
    outputs: Any = None  # anything that JSON can represent
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The exported form of a turn: a root span for all of it, and its parts as child spans."""

    turn_uuid: UUID
    is_ok: bool
    root: Span
    parts: tuple[Span, ...]
    session: str
    user: str
    usage: Mapping[str, int]
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The exported form of a reviewer's label or of the owner's thumb; ``pk`` identifies it when it is sent again.

    One without a value was withdrawn.
    """

    kind: Literal["label", "feedback"]
    pk: str
    turn_uuid: UUID
    source: str
    value: str
    rationale: str


def assessment_of(judgement: ReviewLabel | Feedback, *, with_texts: bool) -> Assessment:
    """Return what to send of a label or a thumb; without texts it has the value, but no words and no name."""
    if isinstance(judgement, ReviewLabel):
        who, who_id, value, words = judgement.reviewer, judgement.reviewer_id, judgement.verdict, judgement.comment
    else:
        who, who_id, value = judgement.turn.user, judgement.turn.user_id, judgement.thumb
        words = ": ".join(filter(None, [judgement.get_reason_display(), judgement.text]))
    return Assessment(
        kind="label" if isinstance(judgement, ReviewLabel) else "feedback",
        pk=str(judgement.pk),
        turn_uuid=judgement.turn.uuid,
        source=who.get_username() if who and with_texts else str(who_id or "gone"),
        value=value,
        rationale=words if with_texts else "",
    )


def trace_of(turn: Turn, *, with_texts: bool) -> Trace:
    """Return the trace of a finished turn; without texts it has no question, answer, transcript or name."""
    start = turn.started_at or turn.created_at
    end = turn.ended_at or start
    tags = {"state": turn.state, "failure": turn.failure, "finish_reason": turn.finish_reason}
    tags |= {"model": turn.model_name, "conversation": str(turn.conversation.uuid)}
    return Trace(
        turn_uuid=turn.uuid,
        is_ok=turn.state in (State.COMPLETE, State.STOPPED),
        root=Span(
            name="turn",
            kind="CHAIN",
            start=turn.created_at,
            end=end,
            inputs=_question(turn) if with_texts else None,
            outputs={"answer": turn.answer} if with_texts else None,
        ),
        parts=(
            Span(name="queued", start=turn.created_at, end=start),
            *_steps(turn, start, end, with_texts=with_texts),
        ),
        session=str(turn.conversation.uuid),
        user=turn.user.get_username() if with_texts else str(turn.user_id),
        usage=_usage(turn),
        tags={f"chatsite.{name}": value for name, value in tags.items() if value},
    )


def _question(turn: Turn) -> dict[str, object]:
    return {"question": turn.question, "recordings": [recording["title"] for recording in turn.recordings]}


def _steps(turn: Turn, start: datetime, end: datetime, *, with_texts: bool) -> Iterator[Span]:
    """Yield a span for each step with a recorded time; without any, one for the search and one for the answer."""
    details: dict[str, Any] = {
        Phase.RETRIEVING: {"kind": "RETRIEVER", "outputs": _cited(turn, with_texts=with_texts)},
        Phase.ANSWERING: {
            "kind": "CHAT_MODEL",
            "outputs": {"answer": turn.answer} if with_texts else None,
            "attributes": {"mlflow.llm.model": turn.model_name, "mlflow.chat.tokenUsage": _usage(turn)},
        },
    }
    for phase, since, until in _times(turn, start, end):
        yield Span(name=phase, start=since, end=until, **details.get(phase, {}))


def _times(turn: Turn, start: datetime, end: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    if not turn.step_times:
        yield Phase.RETRIEVING.value, start, start
        yield Phase.ANSWERING.value, start, end
    for phase, milliseconds in turn.step_times:
        until = start + timedelta(milliseconds=milliseconds)
        yield phase, start, until
        start = until


def _cited(turn: Turn, *, with_texts: bool) -> list[dict[str, object]]:
    """Return the cited passages in MLflow's form of documents; the site stores no other passages."""
    return [
        {
            "page_content": citation.excerpt if with_texts else "",
            "metadata": {
                "doc_uri": str(citation.recording_uuid),
                "number": citation.number,
                "segment": citation.segment,
                "start": citation.start,
                **({"title": citation.recording_title, "speaker": citation.speaker} if with_texts else {}),
            },
        }
        for citation in turn.citations.filter(cited=True).order_by("number")
    ]


def _usage(turn: Turn) -> dict[str, int]:
    counts = {name: int(count) for name, count in (turn.usage or {}).items() if name in _COUNTS}
    return counts | {"total_tokens": sum(counts.values())} if counts else {}
