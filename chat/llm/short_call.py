"""A short call of the model that prepares an answer; if it fails, the answer goes on without it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.conf import settings

from ..errors import GenerationFailed
from ..prompts import Message
from .retrying import RetryingModel, closing

logger = logging.getLogger(__name__)

T = TypeVar("T")

REPLY_LIMIT = 4_000
"""Maximum of characters in a reply; a longer one ends the call."""
CUT_SHORT = ("length", "content_filter")
"""Finish reasons of incomplete replies."""


@dataclass(frozen=True)
class Reply(Generic[T]):
    """The result of a short call: its value (None: it failed) and the tokens it used (None: not reported)."""

    value: T | None
    usage: dict[str, int] | None = None


async def short_call(
    model: RetryingModel, messages: Sequence[Message], read: Callable[[str], T], *, step: str
) -> Reply[T]:
    """Call the model once, for at most ``CHAT_STEP_SECONDS``, and return its whole reply as ``read`` parses it.

    Log any failure in one line, without the provider's text, and return no value. Do not call the model while its
    breaker is open: the trial call belongs to an answer.
    """
    raw = _RawReply()
    try:
        async with asyncio.timeout(settings.CHAT_STEP_SECONDS):
            await raw.receive(model, messages)
        return Reply(read(raw.text), raw.usage)
    except Exception as error:  # whatever a model raises or replies, the question can be answered without this step
        logger.warning("Answering a question without %s: %s", step, type(error).__name__)
        return Reply(None, raw.usage)


@dataclass
class _RawReply:
    text: str = ""
    reason: str = ""
    usage: dict[str, int] | None = None

    async def receive(self, model: RetryingModel, messages: Sequence[Message]) -> None:
        """Receive a reply to its end; raise ``GenerationFailed`` if it is incomplete or too long."""
        if model.breaker.is_open:
            raise GenerationFailed("the circuit breaker of the model is open")
        async with closing(model.stream(messages, retries=0)) as deltas:
            async for delta in deltas:
                self.text = "" if delta.retracts else self.text
                self.text += delta.text
                self.reason = delta.finish_reason or self.reason
                self.usage = delta.usage or self.usage
                if len(self.text) > REPLY_LIMIT:
                    raise GenerationFailed("the reply is too long")
        if not self.reason or self.reason in CUT_SHORT:
            raise GenerationFailed("the reply is incomplete")
