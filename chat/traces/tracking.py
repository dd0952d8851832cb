"""A trace as MLflow's own client sends it. Imported in the exporter's thread alone: it takes seconds to load."""

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

from . import trace as told

PREVIEW_LIMIT = 1000
FEEDBACK = "review"
"""The name of the assessment that a label becomes."""
_LABEL = "chatsite.label"
_KNOWN_ALREADY = {"ALREADY_EXISTS", "RESOURCE_ALREADY_EXISTS"}


def send(trace: told.Trace) -> None:
    """Store a trace with its spans. Its id is made of the turn's, so sending it again changes nothing.

    Raises what the client raises.
    """
    info = _info(trace)
    client = TracingClient(_tracking_uri())
    try:
        info = client.start_trace(info)
    except MlflowException as error:
        if error.error_code not in _KNOWN_ALREADY:
            raise
        info = client.get_trace_info(info.trace_id)
    client._upload_trace_data(info, TraceData(spans=_spans(trace)))  # noqa: SLF001  # what its own exporter calls


def send_feedback(said: told.Feedback) -> None:
    """Store what a reviewer said, in the place of what they said before. Sending it again changes nothing.

    Raises what the client raises.
    """
    client, trace = TracingClient(_tracking_uri()), _trace_id(said.turn_uuid)
    feedback = Feedback(
        name=FEEDBACK,
        value=said.verdict,
        rationale=said.comment or None,
        source=AssessmentSource(source_type="HUMAN", source_id=said.reviewer),
        metadata={_LABEL: said.label},
    )
    assessments = client.get_trace_info(trace).assessments
    known = [each.assessment_id for each in assessments if (each.metadata or {}).get(_LABEL) == said.label]
    if known and known[0]:
        client.update_assessment(trace, known[0], feedback)
    else:
        client.log_assessment(trace, feedback)


def _tracking_uri() -> str:
    return settings.MLFLOW_TRACKING_URI or "databricks"


@cache
def _experiment() -> str:
    """The id of the experiment, which is made if a name is given that there is not."""
    mlflow.set_tracking_uri(_tracking_uri())
    name = str(settings.MLFLOW_EXPERIMENT)
    if name.isdigit():
        return name
    return str(mlflow.set_experiment(name).experiment_id)


def _trace_id(turn_uuid: UUID) -> str:
    return f"tr-{turn_uuid.hex}"


def _info(trace: told.Trace) -> TraceInfo:
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


def _spans(trace: told.Trace) -> list[Span]:
    context = _context(trace, 0)
    code = StatusCode.OK if trace.is_ok else StatusCode.ERROR
    spans = [_span(trace, trace.root, context, None, code)]
    return spans + [
        _span(trace, part, _context(trace, number), context, StatusCode.OK)
        for number, part in enumerate(trace.parts, 1)
    ]


def _context(trace: told.Trace, number: int) -> SpanContext:
    """The name of a span: the same whenever the trace is sent."""
    span_id = (trace.turn_uuid.int + number) % 2**64 or 1
    return SpanContext(trace_id=trace.turn_uuid.int, span_id=span_id, is_remote=False, trace_flags=TraceFlags(1))


def _span(
    trace: told.Trace, span: told.Span, context: SpanContext, parent: SpanContext | None, code: StatusCode
) -> Span:
    facts = {"mlflow.traceRequestId": _trace_id(trace.turn_uuid), "mlflow.spanType": span.kind, **span.attributes}
    facts |= {"mlflow.spanInputs": span.inputs, "mlflow.spanOutputs": span.outputs}
    return Span(
        ReadableSpan(
            name=span.name,
            context=context,
            parent=parent,
            attributes={name: json.dumps(fact, ensure_ascii=False) for name, fact in facts.items() if fact is not None},
            start_time=_nanoseconds(span.start),
            end_time=_nanoseconds(span.end),
            status=Status(code),
        )
    )


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000
