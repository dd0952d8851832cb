"""The calls that the scripted upstream got, as the checker judges them."""

from __future__ import annotations

from ..support.upstream import Upstream
from ..support.upstream_script import Call as Seen
from . import questions
from .history import Call


def calls_of(upstream: Upstream) -> list[Call]:
    """All calls for an answer."""
    return [call_of(seen) for seen in upstream.calls]


def call_of(seen: Seen) -> Call:
    """One that has finished ends with the word of it: what comes next may begin before the rest has been sent."""
    question = questions.passed_on(seen.body["messages"][-1]["content"])
    return Call(question, 0, seen.opened_at, seen.finished_at or seen.ended_at, _how(seen))


def _how(seen: Seen) -> str:
    if seen.finished_at:
        return "finished"
    if seen.closed_at:
        return "cancelled"
    if seen.ended_at is None:
        return ""
    return "broken off" if seen.spoke_at else "refused"
