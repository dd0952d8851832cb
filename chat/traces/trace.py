"""What a trace tells of a turn. Pure but for reading the turn; nothing here knows MLflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from ..models import Phase, ReviewLabel, State, Turn

_COUNTS = ("input_tokens", "output_tokens")

Kind = Literal["CHAIN", "RETRIEVER", "CHAT_MODEL", "UNKNOWN"]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of time within a turn."""

    name: str
    kind: Kind = "UNKNOWN"
    start: datetime
    end: datetime
    inputs: Any = None  # what JSON may hold
    outputs: Any = None  # what JSON may hold
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A turn as others see it: one span for all of it, and the others within that one."""

    turn_uuid: UUID
    is_ok: bool
    root: Span
    parts: tuple[Span, ...]
    session: str
    user: str
    usage: Mapping[str, int]
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """What a reviewer said of a turn, known again by ``label``."""

    turn_uuid: UUID
    label: str
    reviewer: str
    verdict: str
    comment: str


def feedback_of(label: ReviewLabel, *, with_texts: bool) -> Feedback:
    """A label as others see it. Without texts it holds the verdict, and no name."""
    reviewer = label.reviewer.get_username() if label.reviewer and with_texts else str(label.reviewer_id or "gone")
    return Feedback(
        turn_uuid=label.turn.uuid,
        label=str(label.pk),
        reviewer=reviewer,
        verdict=label.verdict,
        comment=label.comment if with_texts else "",
    )


def trace_of(turn: Turn, *, with_texts: bool) -> Trace:
    """The trace of a turn that has ended. Without texts it holds no word of anybody, and no name."""
    start = turn.started_at or turn.created_at
    end = turn.ended_at or start
    facts = {"state": turn.state, "failure": turn.failure, "finish_reason": turn.finish_reason}
    facts |= {"model": turn.model_name, "conversation": str(turn.conversation.uuid)}
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
        tags={f"chatsite.{name}": value for name, value in facts.items() if value},
    )


def _question(turn: Turn) -> dict[str, object]:
    return {"question": turn.question, "recordings": [recording["title"] for recording in turn.recordings]}


def _steps(turn: Turn, start: datetime, end: datetime, *, with_texts: bool) -> Iterator[Span]:
    """A span for each step whose time is known; without times, the search and the answer."""
    known: dict[str, Any] = {
        Phase.RETRIEVING: {"kind": "RETRIEVER", "outputs": _cited(turn, with_texts=with_texts)},
        Phase.ANSWERING: {
            "kind": "CHAT_MODEL",
            "outputs": {"answer": turn.answer} if with_texts else None,
            "attributes": {"mlflow.llm.model": turn.model_name, "mlflow.chat.tokenUsage": _usage(turn)},
        },
    }
    for phase, since, until in _times(turn, start, end):
        yield Span(name=phase, start=since, end=until, **known.get(phase, {}))


def _times(turn: Turn, start: datetime, end: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    if not turn.step_times:
        yield Phase.RETRIEVING.value, start, start
        yield Phase.ANSWERING.value, start, end
    for phase, milliseconds in turn.step_times:
        until = start + timedelta(milliseconds=milliseconds)
        yield phase, start, until
        start = until


def _cited(turn: Turn, *, with_texts: bool) -> list[dict[str, object]]:
    """The passages that the answer cites, as MLflow shows documents; of what else was found nothing is kept."""
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
        for citation in turn.citations.order_by("number")
    ]


def _usage(turn: Turn) -> dict[str, int]:
    counts = {name: int(count) for name, count in (turn.usage or {}).items() if name in _COUNTS}
    return counts | {"total_tokens": sum(counts.values())} if counts else {}
