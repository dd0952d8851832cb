"""What pages and programs send about files, and what they are told."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from ..models import Upload, UploadBatch
from ..models.consent_note import LINK_LIMIT, TOLD_LIMIT

FILES_LIMIT = 200
SAID_LIMIT = 256 * 1024
"""Bytes of the description of a batch."""
_SIZE = Meta(ge=0, le=2**53, multiple_of=1, extra_json_schema={"type": "integer"})
"""A whole number, which JSON may write as 12.0."""
_SHA256 = Meta(pattern="^([0-9a-f]{64})?$")


class SaidFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that shall be sent: its name, its size in bytes, and its SHA-256 in hex, if the sender knows it."""

    name: Annotated[str, Meta(min_length=1, max_length=1024)]
    size: Annotated[float, _SIZE]
    sha256: Annotated[str, _SHA256] = ""


class SaidConsent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The consent note of all recordings of the batch: who was told, when, and where that is written."""

    told: Annotated[str, Meta(min_length=1, max_length=TOLD_LIMIT)]
    told_on: date
    link: Annotated[str, Meta(max_length=LINK_LIMIT)] = ""


class SaidBatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files that shall be sent, and what is the same for all of them. No collection means that of new recordings."""

    files: Annotated[tuple[SaidFile, ...], Meta(min_length=1, max_length=FILES_LIMIT)]
    collection: UUID | None = None
    title: Annotated[str, Meta(max_length=UploadBatch.TITLE_LIMIT)] = ""
    recorded_on: date | None = None
    consent: SaidConsent | None = None


class Duplicate(Struct, frozen=True, kw_only=True):
    """The recording that has this content already; the sender hears it."""

    title: str
    url: str


class SentFile(Struct, frozen=True, kw_only=True):
    """How far a file is. ``uuid`` is null if it needs not be sent, and ``error`` or ``duplicate`` says why.

    ``job`` is the making of a recording of it, once that has begun.
    """

    uuid: UUID | None
    name: str
    size: int
    received: int
    sha256: str
    state: str
    duplicate: Duplicate | None = None
    error: str | None = None
    job: dict[str, Any] | None = None

    @classmethod
    def of(cls, upload: Upload, duplicate: Duplicate | None = None, job: dict[str, Any] | None = None) -> SentFile:
        return cls(
            uuid=upload.uuid,
            name=upload.name,
            size=upload.size,
            received=upload.received,
            sha256=upload.sha256,
            state=upload.state,
            duplicate=duplicate,
            error=upload.error or None,
            job=job,
        )


class Batch(Struct, frozen=True, kw_only=True):
    """A batch that was begun: its id, the size of a piece, and its files in the order in which they were named."""

    batch: UUID | None
    piece: int
    files: list[SentFile]


class Uploads(Struct, frozen=True, kw_only=True):
    """The files of a user that are not complete yet."""

    piece: int
    files: list[SentFile]
