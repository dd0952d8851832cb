"""Asking a client of a chat model one question, and the outcome."""

from __future__ import annotations

from dataclasses import dataclass, field

from chat.errors import TurnFailed
from chat.llm import Delta
from chat.llm.retrying import RetryingModel
from chat.prompts import Message

from .upstream import Upstream

MESSAGES = [
    Message("system", "Answer."),
    Message("user", "Hello?"),
    Message("assistant", "Hi."),
    Message("user", "When?"),
]
PATIENCE = 20
"""Seconds to wait for what should take one: the machine may be busy."""


@dataclass
class Outcome:
    """The outcome of one question."""

    text: str = ""
    finish_reason: str = ""
    usage: dict[str, int] | None = None
    failure: TurnFailed | None = None
    pauses: list[float] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return self.failure is None and bool(self.finish_reason)


async def ask(model: RetryingModel, upstream: Upstream, *scripts: str) -> Outcome:
    """Ask once, without pauses between the attempts; the endpoint plays these scripts and repeats the last one."""
    upstream.scripts = list(scripts)
    outcome = Outcome()

    async def pause(seconds: float) -> None:
        outcome.pauses.append(seconds)

    model._sleep = pause
    try:
        async for delta in model.stream(MESSAGES):
            _add(outcome, delta)
    except TurnFailed as failure:
        outcome.failure = failure
    return outcome


def _add(outcome: Outcome, delta: Delta) -> None:
    outcome.text += delta.text
    outcome.finish_reason = delta.finish_reason or outcome.finish_reason
    outcome.usage = delta.usage or outcome.usage
