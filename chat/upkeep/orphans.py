"""Files of audio that no recording names: what was left when the site or the storage failed in between."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from ..models import Recording
from ..recordings.stored_audio import AUDIO_FOLDER
from ..storage import Storage, StorageFailed, Stored, storage
from ..upstream.credentials import SignInFailed
from ..upstream.failures import line

logger = logging.getLogger(__name__)

AGE = timedelta(days=1)
"""How old a file must be: an import stores the file first, and then the recording that names it."""
_OURS = re.compile(r"\.?[0-9a-f]{64}\.[a-z0-9]{1,5}(\.[0-9a-f]{32})?")
"""The names that an import gives, also to a copy that is not complete; the site touches no other file."""


def count() -> int | None:
    """Return how many orphans there are; None if the storage does not answer."""
    with _asking():
        return sum(1 for _ in _among(storage()))
    return None


def sweep(rest: Callable[[], object] = lambda: None) -> int | None:
    """Delete the orphans, and return how many; None if the storage does not answer. Call ``rest`` before each.

    There are none while no recording has audio: that may be a database beside the storage of another site.
    """
    with _asking():
        place, swept = storage(), 0
        for orphan in _among(place):
            rest()
            if not Recording.objects.filter(audio=orphan.name).exists():  # nor since the list was made
                place.delete(orphan.name)
                swept += 1
        return swept
    return None


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except (StorageFailed, SignInFailed) as error:
        logger.warning("Files of audio that no recording names cannot be swept now: %s", line(error))


def _among(place: Storage) -> Iterator[Stored]:
    named = set(Recording.objects.exclude(audio="").values_list("audio", flat=True))
    if not named:
        return
    before = timezone.now() - AGE
    for file in list(place.files(AUDIO_FOLDER)):
        is_ours = _OURS.fullmatch(file.name.removeprefix(f"{AUDIO_FOLDER}/"))
        if is_ours and file.modified < before and file.name not in named:
            yield file
