"""What is asked of a model before an answer, which does without it where that fails."""

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
"""Characters of a reply; a model that says more is not listened to any longer."""
CUT_SHORT = ("length", "content_filter")
"""Reasons for which a model ended before it had said everything."""


@dataclass(frozen=True)
class Reply(Generic[T]):
    """What came of a short call: its value, None when it failed, and the tokens it used, None where nobody told."""

    value: T | None
    usage: dict[str, int] | None = None


async def short_call(
    model: RetryingModel, messages: Sequence[Message], read: Callable[[str], T], *, step: str
) -> Reply[T]:
    """Ask once, for ``CHAT_STEP_SECONDS``, and ``read`` the whole reply.

    Whatever fails, that is said once in the log (without the text of the provider), and there is no value. A model that
    is taken to be down is not asked: the one call by which it is tried belongs to an answer.
    """
    heard = _Heard()
    try:
        async with asyncio.timeout(settings.CHAT_STEP_SECONDS):
            await heard.listen(model, messages)
        return Reply(read(heard.text), heard.usage)
    except Exception as error:  # whatever a model raises or says: the question can be answered without this step
        logger.warning("A question is answered without %s: %s", step, type(error).__name__)
        return Reply(None, heard.usage)


@dataclass
class _Heard:
    text: str = ""
    reason: str = ""
    usage: dict[str, int] | None = None

    async def listen(self, model: RetryingModel, messages: Sequence[Message]) -> None:
        """Hear a reply to its end; raises ``GenerationFailed`` where that does not come."""
        if model.breaker.is_open:
            raise GenerationFailed("the model is left alone")
        async with closing(model.stream(messages, retries=0)) as deltas:
            async for delta in deltas:
                self.text += delta.text
                self.reason = delta.finish_reason or self.reason
                self.usage = delta.usage or self.usage
                if len(self.text) > REPLY_LIMIT:
                    raise GenerationFailed("the reply is too long")
        if not self.reason or self.reason in CUT_SHORT:
            raise GenerationFailed("the reply breaks off")
