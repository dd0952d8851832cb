"""A transcript that somebody attaches to a job: it is read before it is taken."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile

from ..models import InvalidRequest, Job
from ..recordings.transcripts import SUFFIXES, Unreadable, open_sources, read
from ..storage import StorageFailed, storage
from ..upstream.credentials import SignInFailed


@contextmanager
def attached(job: Job, file: UploadedFile[Any]) -> Iterator[str]:
    """Store the file for a job, and give its name in the storage; it is deleted again if the body fails.

    Raise ``InvalidRequest`` if it is no transcript, or cannot be stored now.
    """
    suffix = PurePath(file.name or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise InvalidRequest(f"This is not a transcript: its name must end in {', '.join(sorted(SUFFIXES))}.")
    name = f"incoming/{job.uuid}-{uuid4().hex}{suffix}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"transcript{suffix}")
        with path.open("wb") as copy:
            copy.writelines(file.chunks())
        _refuse_unreadable(path)
        try:
            storage().put(name, path)
        except (StorageFailed, SignInFailed):
            raise InvalidRequest("The file cannot be stored now. Please try again in a few minutes.") from None
    try:
        yield name
    except BaseException:
        storage().delete(name)
        raise


def _refuse_unreadable(path: Path) -> None:
    try:
        for source in open_sources(path):
            read(source)
    except Unreadable as error:
        where = f" (line {error.line})" if error.line else ""
        raise InvalidRequest(f"This transcript cannot be read{where}: {error.reason}.") from None
