"""Why a step could not be done, in words for people: no text of a provider, no path and no secret is among them."""

from __future__ import annotations

import errno

from django.core.exceptions import ImproperlyConfigured

from ..recordings.transcripts import Unreadable
from ..retrieval.embeddings import EmbeddingFailed
from ..storage import AccessDenied, FileLost, StorageFailed
from ..transcription import TranscriptionFailed
from ..transcription.media import Unplayable
from ..upstream.credentials import SignInFailed
from .work import StepFailed

INTERNAL = "Something went wrong on our side."
NO_SPACE = "The disk of the server is full. Please tell whoever runs this site."
LOST = "The file that was brought is lost. Please bring it again."
DENIED = "The site may not read or write where its files are stored. Please tell whoever runs this site."
AWAY = "The place where the site stores its files does not answer."
NO_VECTORS = "The service for the search by meaning did not answer as it should."
MISCONFIGURED = "A setting of this site is wrong. Please tell whoever runs this site."

_FULL = (errno.ENOSPC, errno.EDQUOT)
_REASONS: tuple[tuple[type[Exception], str, bool], ...] = (
    (FileLost, LOST, False),
    (AccessDenied, DENIED, False),
    (StorageFailed, AWAY, True),
    (SignInFailed, AWAY, True),
    (EmbeddingFailed, NO_VECTORS, True),
    (ImproperlyConfigured, MISCONFIGURED, False),
)
"""By the kind of error, the first that fits: what is said, and whether the step may succeed later."""


def failure_of(error: Exception) -> StepFailed:
    """Return an error of a step as a failure with a sentence, and whether the step may succeed later."""
    if isinstance(error, StepFailed):
        return error
    if isinstance(error, TranscriptionFailed):
        return StepFailed(str(error), again=error.again, retry_after=error.retry_after)
    if isinstance(error, Unplayable):
        return StepFailed(str(error), again=error.again)
    if isinstance(error, Unreadable):
        return StepFailed(_of_transcript(error))
    if isinstance(error, OSError) and error.errno in _FULL:
        return StepFailed(NO_SPACE, again=True)
    found = ((reason, again) for kind, reason, again in _REASONS if isinstance(error, kind))
    reason, again = next(found, (INTERNAL, True))
    return StepFailed(reason, again=again)


def is_expected(error: Exception) -> bool:
    """Return whether an error is one of those that a sentence explains, and no log needs to."""
    return failure_of(error).reason != INTERNAL


def _of_transcript(error: Unreadable) -> str:
    where = f" (line {error.line})" if error.line else ""
    return f"The transcript cannot be read{where}: {error.reason}."
