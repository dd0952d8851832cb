"""Requests to a transcription service: sent with a heartbeat, repeated if the service is busy, answers bounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from ssl import SSLContext
from typing import Any

import httpx
from django.conf import settings

from ..errors import ModelUnreachable
from ..upstream.breaker import Breaker
from ..upstream.credentials import SignInFailed
from ..upstream.failures import hide_in_log, line
from .answers import NOT_A_TRANSCRIPT
from .failures import AWAY, NO_SIGN_IN, SILENT, failure_of, logger
from .interface import TranscriptionFailed
from .waiting import pause, watched

PAUSES = (2.0, 10.0)
"""Seconds before each further attempt, if the service does not say how long to wait."""
LONGEST_PAUSE = 60.0
"""Seconds that are waited here; whoever asks may try again after a longer time."""
CONNECT_SECONDS = 10.0
LARGEST_ANSWER = 64 * 2**20


class Wire:
    """A service at one address. It is sent the credential that ``sign_in`` returns, at each request anew."""

    def __init__(self, url: str, sign_in: Callable[[], str]) -> None:
        self._url = url.rstrip("/")
        self._sign_in = sign_in
        self._breaker = Breaker()

    def post(self, path: str, tick: Callable[[], None], **body: Any) -> bytes:  # body: of httpx
        """Return the answer to a request, and call ``tick`` every second until then. Raise ``TranscriptionFailed``."""
        for seconds in PAUSES:
            try:
                return self._once(path, tick, body)
            except TranscriptionFailed as failed:
                wanted = seconds if failed.retry_after is None else failed.retry_after
                if not failed.again or wanted > LONGEST_PAUSE or self._breaker.is_open:
                    raise
                pause(wanted, tick)
        return self._once(path, tick, body)

    def _once(self, path: str, tick: Callable[[], None], body: Mapping[str, Any]) -> bytes:
        try:
            self._breaker.enter()
            answer = watched(self._send(path, body), tick)
        except ModelUnreachable:
            raise TranscriptionFailed(AWAY, again=True) from None
        except TranscriptionFailed as failed:
            if failed.again:
                self._breaker.failed()
            raise
        self._breaker.succeeded()
        return answer

    async def _send(self, path: str, body: Mapping[str, Any]) -> bytes:
        timeout = httpx.Timeout(settings.TRANSCRIBER_SECONDS, connect=CONNECT_SECONDS)
        try:
            credential = {"Authorization": f"Bearer {hide_in_log(self._sign_in())}", "Accept": "application/json"}
            async with (
                httpx.AsyncClient(timeout=timeout, verify=_trusted(), follow_redirects=False) as client,
                client.stream("POST", f"{self._url}{path}", headers=credential, **body) as response,
            ):
                content = await _bounded(response)
        except SignInFailed as error:
            logger.warning("transcription: %s", line(error))
            raise TranscriptionFailed(NO_SIGN_IN, again=True) from None
        except httpx.TimeoutException as error:
            logger.warning("transcription: %s", line(error))
            connecting = isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
            raise TranscriptionFailed(AWAY if connecting else SILENT, again=True) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            logger.warning("transcription: %s", line(error))
            raise TranscriptionFailed(AWAY, again=True) from None
        if response.status_code != 200:
            raise failure_of(response.status_code, response.headers, content)
        return content


@cache
def _trusted() -> SSLContext:
    """Return the certificates that are trusted (``SSL_CERT_FILE``), which take long to read."""
    return httpx.create_ssl_context()


async def _bounded(response: httpx.Response) -> bytes:
    content = bytearray()
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise TranscriptionFailed(NOT_A_TRANSCRIPT)
    return bytes(content)
