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
from ..storage import FileLost, Storage, StorageFailed, Stored, storage
from ..upstream.credentials import SignInFailed
from ..upstream.failures import line

logger = logging.getLogger(__name__)

AGE = timedelta(days=1)
"""How old a file must be: an import stores the file first, and then the recording that names it."""
FEW, SHARE = 10, 0.1
"""More orphans than these, and than this share of the files that are named, are suspicious."""
TOO_MANY = (
    "%s files of audio are named by no recording. Is this a copy of a site beside its storage, or an older backup? Then"
    " set STORAGE to a place of its own. If not, bin/manage purge deletes them."
)
_OURS = re.compile(r"\.?[0-9a-f]{64}\.[a-z0-9]{1,5}(\.[0-9a-f]{32})?")
"""The names that an import gives, also to a copy that is not complete; the site touches no other file."""


def count() -> int | None:
    """Return how many orphans there are; None if the storage does not answer."""
    with _asking():
        return sum(1 for _ in _among(storage()))
    return None


def sweep(rest: Callable[[], object] = lambda: None, *, however_many: bool = False) -> int | None:
    """Delete the orphans, and return how many; None if the storage does not answer. Call ``rest`` before each.

    There are none while no recording has audio: that may be a database beside the storage of another site. It may be a
    copy of its database, too, or an old backup, so suspiciously many are deleted only if ``however_many``.
    """
    with _asking():
        place, swept = storage(), 0
        orphans = list(_among(place))
        if not however_many and len(orphans) > max(FEW, Recording.objects.exclude(audio="").count() * SHARE):
            logger.warning(TOO_MANY, len(orphans))
            return 0
        for orphan in orphans:
            rest()
            if _is_orphan_still(place, orphan):
                place.delete(orphan.name)
                swept += 1
        return swept
    return None


def _is_orphan_still(place: Storage, orphan: Stored) -> bool:
    """Return whether nobody has named the file, or stored it anew, since the list was made."""
    try:
        modified = place.stored(orphan.name).modified
    except FileLost:
        return False
    return modified == orphan.modified and not Recording.objects.filter(audio=orphan.name).exists()


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
