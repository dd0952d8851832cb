"""How long and how often a model is asked, whichever it is."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings

from ..errors import ModelBusy
from ..prompts import Message
from ..upstream.breaker import Breaker

if TYPE_CHECKING:
    from . import ChatModel, Delta

logger = logging.getLogger(__name__)

RETRIES = 2
LONGEST_PAUSE = 10.0
"""Seconds; a model that wants to be left alone for longer is not waited for."""
FIRST_PAUSE = 1.0
"""Seconds that the first pause takes at the most, where the model does not say how long; the next one twice that."""


class RetryingModel:
    """A chat model that is asked again when it is busy, at most twice and never after its first word.

    The time-outs are the runner's: it cancels the task that reads, which closes the connection.
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

    async def stream(self, messages: Sequence[Message], *, retries: int = RETRIES) -> AsyncIterator[Delta]:
        """Yield the answer as it comes. Raises what the model raises, once there is no point in asking again."""
        began = monotonic()
        for attempt in range(retries + 1):
            self.breaker.enter()
            has_spoken = False
            try:
                async with closing(self._model.stream(messages)) as deltas:
                    async for delta in deltas:
                        if delta.text and not has_spoken:
                            has_spoken = True
                            self.breaker.succeeded()
                        yield delta
                return  # noqa: TRY300  # the loop goes on after an exception alone
            except ModelBusy as busy:
                if has_spoken:
                    raise
                self.breaker.failed()
                pause = pause_before(attempt + 1, busy.retry_after) if attempt < retries else None
                if pause is None:
                    raise
                logger.warning("Asking the model again in %.1f s: %s", pause, busy)
            except asyncio.CancelledError:
                # The runner has waited for the first word as long as it does, give or take its half second.
                if not has_spoken and monotonic() - began > settings.CHAT_FIRST_TOKEN_SECONDS - 1:
                    self.breaker.failed()
                raise
            await self._sleep(pause)


def pause_before(retry: int, retry_after: float | None) -> float | None:
    """Seconds to wait before a retry, counted from 1; None when the model should not be asked again.

    What the model asks for; otherwise at random ("full jitter"), so that many who failed together do not come back
    together.
    """
    if retry > RETRIES:
        return None
    if retry_after is None:
        return random.uniform(0, FIRST_PAUSE * 2 ** (retry - 1))  # noqa: S311  # no secret
    return retry_after if retry_after <= LONGEST_PAUSE else None


@asynccontextmanager
async def closing(stream: AsyncIterator[Delta]) -> AsyncIterator[AsyncIterator[Delta]]:
    """Close a stream after the block, however that ends, if it is one that can be closed."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
