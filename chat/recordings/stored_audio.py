"""The files of audio that nobody needs any more."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import transaction

from ..storage import StorageFailed, storage
from ..upstream.credentials import SignInFailed
from ..upstream.failures import line

logger = logging.getLogger(__name__)


def delete_audio(names: Iterable[str]) -> None:
    """Delete these files once the transaction is committed. What cannot be deleted then is an orphan, and swept."""
    files = [name for name in names if name]
    if files:
        transaction.on_commit(lambda: _delete(files))


def _delete(names: Iterable[str]) -> None:
    try:
        place = storage()
        for name in names:
            place.delete(name)
    except (StorageFailed, SignInFailed) as error:
        logger.warning("Audio cannot be deleted now; the daily purge tries again: %s", line(error))
