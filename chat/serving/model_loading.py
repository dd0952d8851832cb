"""Loading the chat model in the background, again and again if what it needs does not answer."""

from __future__ import annotations

import asyncio
import logging

from django.core.exceptions import ImproperlyConfigured

from ..llm import chat_model, loaded_model
from ..upstream.credentials import SignInFailed
from ..upstream.failures import line

logger = logging.getLogger(__name__)

RETRY_SECONDS = 10.0


class ModelLoading:
    """The attempts of this process to load its chat model."""

    def __init__(self) -> None:
        self._problem = ""

    @property
    def state(self) -> str:
        """``ok`` once the model is loaded; ``unavailable`` while it, or what it needs to load, does not answer.

        ``warming`` during the first attempt; ``failed`` if its settings are wrong, or its code is.
        """
        if chat_model.cache_info().currsize:
            return "unavailable" if chat_model().breaker.is_open else "ok"
        return self._problem or "warming"

    async def attempt(self) -> bool:
        """Load the model and return True, or log why not."""
        try:
            await loaded_model()
        except Exception as error:  # a library or a function of the operator may raise anything
            is_wrong = isinstance(error, ImproperlyConfigured) and not isinstance(error, SignInFailed)
            problem = "failed" if is_wrong else "unavailable"
            if problem != self._problem:
                logger.error(  # noqa: TRY400  # one line, because it is a service or a setting that is wrong
                    "Could not load the model of CHAT_MODEL; trying again until it loads: %s", line(error)
                )
            self._problem = problem
            return False
        self._problem = ""
        return True

    async def keep_trying(self) -> None:
        """Return when the model is loaded."""
        while not await self.attempt():  # noqa: ASYNC110  # nothing would set an event
            await asyncio.sleep(RETRY_SECONDS)
