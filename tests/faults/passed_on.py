"""The calls of the scripted upstream, in the form of the checker."""

from __future__ import annotations

from ..support.upstream import Upstream
from ..support.upstream_script import Call as UpstreamCall
from . import questions
from .history import Call


def calls_of(upstream: Upstream) -> list[Call]:
    """Return all calls for an answer."""
    return [call_of(call) for call in upstream.calls]


def call_of(call: UpstreamCall) -> Call:
    """Convert a call. A finished one ends with its finish reason: the next call may begin before the rest is sent."""
    question = questions.passed_on(call.body["messages"][-1]["content"])
    return Call(question, 0, call.opened_at, call.finished_at or call.ended_at, _how(call))


def _how(call: UpstreamCall) -> str:
    if call.finished_at:
        return "finished"
    if call.closed_at:
        return "cancelled"
    if call.ended_at is None:
        return ""
    return "broken off" if call.spoke_at else "refused"
