"""Why a step could not be done, in words for people: no text of a provider, no path and no secret is among them."""

from __future__ import annotations

import errno

from django.core.exceptions import ImproperlyConfigured

from ..recordings.transcripts import Unreadable
from ..retrieval.embeddings import EmbeddingFailed
from ..storage import AccessDenied, FileLost, StorageFailed
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


def failure_of(error: Exception) -> StepFailed:
    """Return an error of a step as a failure with a sentence, and whether the step may succeed later."""
    match error:
        case StepFailed():
            return error
        case FileLost():
            return StepFailed(LOST)
        case AccessDenied():
            return StepFailed(DENIED)
        case StorageFailed() | SignInFailed():
            return StepFailed(AWAY, again=True)
        case Unreadable():
            return StepFailed(_of_transcript(error))
        case EmbeddingFailed():
            return StepFailed(NO_VECTORS, again=True)
        case ImproperlyConfigured():
            return StepFailed(MISCONFIGURED)
        case OSError() if error.errno in _FULL:
            return StepFailed(NO_SPACE, again=True)
    return StepFailed(INTERNAL, again=True)


def is_expected(error: Exception) -> bool:
    """Return whether an error is one of those that a sentence explains, and no log needs to."""
    return failure_of(error).reason != INTERNAL


def _of_transcript(error: Unreadable) -> str:
    where = f" (line {error.line})" if error.line else ""
    return f"The transcript cannot be read{where}: {error.reason}."
