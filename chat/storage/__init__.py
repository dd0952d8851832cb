"""Where the audio of recordings is stored, as ``STORAGE`` says: the one seam through which it is put, read and deleted.

``disk`` is a folder of this machine, ``volume:`` one of a Databricks volume, ``s3://`` a bucket of S3 or its like.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from .disk import Disk
from .stored import AccessDenied, FileChanged, FileLost, Storage, StorageAway, StorageFailed, Stored, exists
from .where import S3, VOLUME, kind_of, place_of

__all__ = [
    "AccessDenied",
    "FileChanged",
    "FileLost",
    "Storage",
    "StorageAway",
    "StorageFailed",
    "Stored",
    "exists",
    "storage",
]


def storage(token: str = "") -> Storage:
    """Return the storage of ``STORAGE``; a volume is read with ``token``, if there is one, and not as the site.

    The first call may load libraries and sign in, so make it in a thread. Raise ``SignInFailed`` if that fails.
    """
    kind, place = kind_of(settings.STORAGE), place_of(settings.STORAGE)
    if kind == VOLUME:
        from .volume import Volume

        return Volume(place, token)
    return _bucket(place) if kind == S3 else Disk(Path(settings.MEDIA_ROOT))


@cache
def _bucket(place: str) -> Storage:
    from .s3 import Bucket

    return Bucket(place)
