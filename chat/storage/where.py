"""What ``STORAGE`` says: the kind of the storage and its place, and what is wrong with it."""

from __future__ import annotations

import re

DISK, VOLUME, S3 = "disk", "volume", "s3"
FORMS = "disk, volume:/Volumes/<catalog>/<schema>/<volume>, s3://<bucket>/<prefix>"
EXTRAS = {VOLUME: ("databricks.sdk", "volume"), S3: ("obstore", "s3")}
"""By the kind: the package that it needs, and the extra of the lock that installs it."""

_VOLUME = re.compile(r"/Volumes(/[^/\s]+){3,}/?")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/\s]+)*/?")
_UP = re.compile(r"(^|/)\.{1,2}(/|$)")


def kind_of(value: str) -> str:
    """Return the kind of storage that a value of ``STORAGE`` names; a path of a volume alone is one, too."""
    kind = value.partition(":")[0]
    return VOLUME if value.startswith("/Volumes/") else kind


def place_of(value: str) -> str:
    """Return the path of a volume, or the bucket and prefix, without a slash at the end; empty for the disk."""
    return value.removeprefix("volume:").removeprefix("s3://").removeprefix("disk").rstrip("/")


def problem(value: str) -> str:
    """Return what is wrong with a value of ``STORAGE``, as the end of a sentence; empty if nothing is."""
    kind, place = kind_of(value), place_of(value)
    if kind not in (DISK, VOLUME, S3) or (kind == DISK and value != DISK):
        return "which is unknown"
    if kind == VOLUME and (not _VOLUME.fullmatch(place) or _UP.search(place)):
        return "which is not the path of a volume"
    if kind == S3 and (not value.startswith("s3://") or not _BUCKET.fullmatch(place) or _UP.search(place)):
        return "which names no bucket"
    return ""
