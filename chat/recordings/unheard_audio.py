"""Why audio cannot be heard, in words for the listener. What the storage has said is for the log alone."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpResponse

from ..storage import AccessDenied, FileChanged, FileLost
from ..upstream.failures import line

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 5
WITHDRAWN = "The audio of this recording was withdrawn."
LOST = "The audio of this recording is lost: its file is not where this site keeps it. Please tell an administrator."
DENIED = "This site may not read the audio where it is stored. Please tell an administrator."
DENIED_TO_YOU = "The workspace does not let you read the audio. Ask its administrator for READ VOLUME on its volume."
NO_TOKEN = "Audio is read with your own sign-in, which the workspace did not send. Please tell an administrator."  # noqa: S105
CHANGED = "The audio was replaced a moment ago. Please try again."
AWAY = "The place where the audio is stored does not answer at the moment. Please try again in a minute."


def words_of(error: Exception) -> HttpResponse:
    """Return the response for audio that could not be read, and log the reason."""
    logger.warning("Audio cannot be read: %s", line(error))
    if isinstance(error, FileLost):
        return _words(404, LOST)
    if isinstance(error, AccessDenied):
        return _words(403, DENIED_TO_YOU) if settings.STORAGE_ON_BEHALF_OF else _words(502, DENIED)
    return _words(503, CHANGED if isinstance(error, FileChanged) else AWAY)


def no_token() -> HttpResponse:
    """Return the response for a listener whose own token is needed, and was not sent."""
    return _words(403, NO_TOKEN)


def withdrawn() -> HttpResponse:
    """Return the response for audio that was withdrawn."""
    return _words(410, WITHDRAWN)


def _words(status: int, text: str) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    if status == 503:
        response["Retry-After"] = str(AGAIN_SECONDS)
    return response
