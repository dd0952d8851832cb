"""The files of audio that nobody needs any more, and the withdrawal of those that somebody does."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction

from ..models import How, Recording, WithdrawnAudio
from ..storage import StorageFailed, storage
from ..upstream.credentials import SignInFailed
from ..upstream.failures import line

logger = logging.getLogger(__name__)

AUDIO_FOLDER = "audio"
"""The folder of the storage in which the files are."""


def delete_audio(names: Iterable[str]) -> None:
    """Delete these files once the transaction is committed. What cannot be deleted then is an orphan, and swept."""
    files = [name for name in names if name]
    if files:
        transaction.on_commit(lambda: _delete(files))


def withdraw_audio(recording: Recording, *, actor: User | None, how: How = How.PAGE) -> None:
    """Withdraw the whole audio of a recording: the row says so at once, and the file is deleted after the commit.

    The caller checks whether the actor may; None is the site itself. It is an event. Withdrawing again only deletes the
    file again. Raise ``Held`` if a legal hold keeps the recording.
    """
    delete_audio([WithdrawnAudio.withdraw(recording, actor=actor, how=how)])


def _delete(names: Iterable[str]) -> None:
    try:
        place = storage()
        for name in names:
            if not Recording.objects.filter(audio=name).exists():  # it may have been imported again at once
                place.delete(name)
    except (StorageFailed, SignInFailed) as error:
        logger.warning("Audio cannot be deleted now; the daily purge tries again: %s", line(error))
