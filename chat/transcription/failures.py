"""What went wrong at a transcription service, as a sentence for people; its own words are for the log alone."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

from ..upstream.failures import redacted, retry_after
from .interface import TranscriptionFailed

REFUSED = "The transcription service does not accept the key of this site; its operator must look at it."
UNKNOWN = "The transcription service does not know the model that this site asks for; its operator must look at it."
TOO_LARGE = "The transcription service refused the recording as too large."
UNREADABLE = "The transcription service could not work with this recording."
SPENT = "The account of this site at the transcription service is used up; its operator must look at it."
BUSY = "The transcription service is busy."
BROKEN = "The transcription service failed."
SILENT = "The transcription service did not answer in time."
AWAY = "The transcription service cannot be reached."
NO_SIGN_IN = "This site cannot sign in to its workspace, which transcribes recordings."

_SENTENCES = {401: REFUSED, 402: SPENT, 403: REFUSED, 404: UNKNOWN, 413: TOO_LARGE}

logger = logging.getLogger(__name__)


def failure_of(status: int, headers: Mapping[str, str], body: bytes) -> TranscriptionFailed:
    """Return the failure for a response that is not a success, and log it without credentials."""
    logger.warning("transcription: status %s: %s", status, redacted(body[:2000].decode(errors="replace")))
    if status == 429 and _is_spent(body):
        return TranscriptionFailed(SPENT)
    if status in (408, 425, 429, 503):
        return TranscriptionFailed(BUSY, again=True, retry_after=retry_after(headers))
    if status >= 500 or status < 400:  # a redirect is not followed: audio goes to the configured address alone
        return TranscriptionFailed(BROKEN, again=status >= 500, retry_after=retry_after(headers))
    return TranscriptionFailed(_SENTENCES.get(status, UNREADABLE))


def _is_spent(body: bytes) -> bool:
    """Return whether OpenAI refuses because of money, which waiting does not help."""
    try:
        return bool(json.loads(body)["error"]["code"] == "insufficient_quota")
    except (ValueError, LookupError, TypeError, RecursionError):
        return False
