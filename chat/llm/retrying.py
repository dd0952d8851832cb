"""Retries and the circuit breaker around any chat model."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from msgspec.structs import replace

from ..errors import ModelBusy
from ..prompts import Message
from ..upstream.breaker import Breaker
from .thoughts import Thoughts, Told

if TYPE_CHECKING:
    from . import ChatModel, Delta

T = TypeVar("T")

logger = logging.getLogger(__name__)

RETRIES = 2
LONGEST_PAUSE = 10.0
"""Seconds; if the model asks for a longer pause, the call fails instead."""
FIRST_PAUSE = 1.0
"""Seconds; the maximum of the first pause when the model does not say how long. The next maximum is twice that."""


class RetryingModel:
    """A chat model whose call is retried while it is busy, at most twice and never after the first token.

    The runner has the time-outs: it cancels the task that reads, which closes the connection.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        breaker: Breaker | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = model.name
        self.breaker = breaker or Breaker()
        self._model = model
        self._sleep = sleep
        self._closes_alone = False  # the last answer had a thought without an opening tag

    async def stream(self, messages: Sequence[Message], *, retries: int = RETRIES) -> AsyncIterator[Delta]:
        """Yield the answer as it arrives. Raise what the model raises if no retry is left, or a retry cannot help."""
        started_at = monotonic()
        for attempt in range(retries + 1):
            self.breaker.enter()
            has_begun = False
            thoughts = Thoughts(begins_inside=self._closes_alone)
            last = None
            try:
                async with closing(self._model.stream(messages)) as deltas:
                    async for last in deltas:
                        delta = last if thoughts.take_plain(last.text) else _without_thoughts(last, thoughts)
                        if not has_begun and (delta.text or delta.thinks):
                            has_begun = True
                            self.breaker.succeeded()
                        yield delta
                self._closes_alone = thoughts.closes_alone
                if last and (rest := thoughts.end()):
                    self.breaker.succeeded()
                    yield replace(last, text=rest, usage=None, thinks=False, retracts=False)
                return  # noqa: TRY300  # only an exception continues the loop
            except ModelBusy as busy:
                if has_begun:
                    raise ModelBusy(str(busy)) from busy.__cause__  # it was reached
                self.breaker.failed()
                pause = pause_before(attempt + 1, busy.retry_after) if attempt < retries else None
                if pause is None:
                    raise
                logger.warning("Calling the model again in %.1f s: %s", pause, busy)
            except asyncio.CancelledError:
                # The runner cancels within half a second of its time-out for the first token: this was no Stop.
                if not has_begun and monotonic() - started_at > settings.CHAT_FIRST_TOKEN_SECONDS - 1:
                    self.breaker.failed()
                raise
            await self._sleep(pause)


def _without_thoughts(delta: Delta, thoughts: Thoughts) -> Delta:
    """Return a delta without the thoughts in its text; one that had any says so."""
    told = thoughts.feed(delta.text) if delta.text else Told()
    return replace(delta, text=told.text, thinks=delta.thinks or told.thinks, retracts=told.retracts)


def pause_before(retry: int, retry_after: float | None) -> float | None:
    """Return the seconds to wait before the nth retry, counted from 1; None if there should be no retry.

    That is what the model asks for, or else a random time ("full jitter"), so that calls which failed together are not
    retried together.
    """
    if retry > RETRIES:
        return None
    if retry_after is None:
        return random.uniform(0, FIRST_PAUSE * 2 ** (retry - 1))  # noqa: S311  # not for cryptography
    return retry_after if retry_after <= LONGEST_PAUSE else None


@asynccontextmanager
async def closing(stream: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """Close a stream after the block, even after an exception, if it is a generator."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
