"""Sending traces with MLflow's own client. Import this in the exporter's thread only: it takes seconds to load."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from uuid import UUID

import mlflow
from django.conf import settings
from mlflow.entities import AssessmentSource, Feedback, Span, TraceData, TraceInfo, TraceState
from mlflow.entities.trace_location import TraceLocation
from mlflow.exceptions import MlflowException
from mlflow.tracing.client import TracingClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags

from . import trace as ours

PREVIEW_LIMIT = 1000
NAMES = {"label": "review", "feedback": "user_feedback"}
"""The names of the assessments that labels and thumbs become."""
_ALREADY_EXISTS = {"ALREADY_EXISTS", "RESOURCE_ALREADY_EXISTS"}


def send(trace: ours.Trace) -> None:
    """Store a trace with its spans; sending it again changes nothing, because its id derives from the turn's.

    Raise what the client raises.
    """
    info = _info(trace)
    client = TracingClient(_tracking_uri())
    try:
        info = client.start_trace(info)
    except MlflowException as error:
        if error.error_code not in _ALREADY_EXISTS:
            raise
        info = client.get_trace_info(info.trace_id)
    client._upload_trace_data(info, TraceData(spans=_spans(trace)))  # noqa: SLF001  # MLflow's own exporter calls it


def send_assessment(judgement: ours.Assessment) -> None:
    """Store a person's judgement in place of their earlier one, or remove it; sending it again changes nothing.

    Raise what the client raises.
    """
    client, trace = TracingClient(_tracking_uri()), _trace_id(judgement.turn_uuid)
    key = f"chatsite.{judgement.kind}"
    stored = client.get_trace_info(trace).assessments
    existing_ids = [item.assessment_id for item in stored if (item.metadata or {}).get(key) == judgement.pk]
    existing_id = existing_ids[0] if existing_ids else None
    if not judgement.value:
        if existing_id:
            client.delete_assessment(trace, existing_id)
        return
    assessment = Feedback(
        name=NAMES[judgement.kind],
        value=judgement.value,
        rationale=judgement.rationale or None,
        source=AssessmentSource(source_type="HUMAN", source_id=judgement.source),
        metadata={key: judgement.pk},
    )
    if existing_id:
        client.update_assessment(trace, existing_id, assessment)
    else:
        client.log_assessment(trace, assessment)


def _tracking_uri() -> str:
    return settings.MLFLOW_TRACKING_URI or "databricks"


@cache
def _experiment() -> str:
    """Return the id of the experiment; if the setting is a name, create the experiment unless it exists."""
    mlflow.set_tracking_uri(_tracking_uri())
    name = str(settings.MLFLOW_EXPERIMENT)
    if name.isdigit():
        return name
    return str(mlflow.set_experiment(name).experiment_id)


def _trace_id(turn_uuid: UUID) -> str:
    return f"tr-{turn_uuid.hex}"


def _info(trace: ours.Trace) -> TraceInfo:
    root = trace.root
    usage = {"mlflow.trace.tokenUsage": json.dumps(trace.usage)} if trace.usage else {}
    return TraceInfo(
        trace_id=_trace_id(trace.turn_uuid),
        client_request_id=str(trace.turn_uuid),
        trace_location=TraceLocation.from_experiment_id(_experiment()),
        request_time=int(root.start.timestamp() * 1000),
        execution_duration=round((root.end - root.start).total_seconds() * 1000),
        state=TraceState.OK if trace.is_ok else TraceState.ERROR,
        request_preview=_preview(root.inputs, "question"),
        response_preview=_preview(root.outputs, "answer"),
        trace_metadata={
            "mlflow.trace_schema.version": "3",
            "mlflow.trace.session": trace.session,
            "mlflow.trace.user": trace.user,
            **usage,
        },
        tags={"mlflow.traceName": root.name, **trace.tags},
    )


def _preview(texts: dict[str, str] | None, name: str) -> str | None:
    return texts[name][:PREVIEW_LIMIT] if texts else None


def _spans(trace: ours.Trace) -> list[Span]:
    context = _context(trace, 0)
    code = StatusCode.OK if trace.is_ok else StatusCode.ERROR
    spans = [_span(trace, trace.root, context, None, code)]
    return spans + [
        _span(trace, part, _context(trace, number), context, StatusCode.OK)
        for number, part in enumerate(trace.parts, 1)
    ]


def _context(trace: ours.Trace, number: int) -> SpanContext:
    """Return the ids of a span, which are the same each time the trace is sent."""
    span_id = (trace.turn_uuid.int + number) % 2**64 or 1
    return SpanContext(trace_id=trace.turn_uuid.int, span_id=span_id, is_remote=False, trace_flags=TraceFlags(1))


def _span(
    trace: ours.Trace, span: ours.Span, context: SpanContext, parent: SpanContext | None, code: StatusCode
) -> Span:
    attributes = {"mlflow.traceRequestId": _trace_id(trace.turn_uuid), "mlflow.spanType": span.kind, **span.attributes}
    attributes |= {"mlflow.spanInputs": span.inputs, "mlflow.spanOutputs": span.outputs}
    return Span(
        ReadableSpan(
            name=span.name,
            context=context,
            parent=parent,
            attributes={
                name: json.dumps(value, ensure_ascii=False) for name, value in attributes.items() if value is not None
            },
            start_time=_nanoseconds(span.start),
            end_time=_nanoseconds(span.end),
            status=Status(code),
        )
    )


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000
