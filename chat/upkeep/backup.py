"""Backups of a site, also while it runs: the database, the audio and the secret key, in one folder."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import connection
from django.utils import timezone

from ..storage.where import DISK, kind_of
from . import postgres_dump

ABOUT = "about.json"
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""The file of the database in a backup, by the kind of the database."""
MEDIA = "media"
SECRET_KEY = "secret_key"  # noqa: S105  # the name of a file
PREFIX = "chatsite-"


class BackupFailed(Exception):
    """A backup could not be made or restored; the message says why and, where possible, what to do."""


@dataclass(frozen=True)
class About:
    """What a backup says of itself; written last, so a folder without it is no complete backup."""

    database: str
    version: str
    made_at: str
    audio: str = "disk"
    """The ``STORAGE`` of the site: a backup holds audio only from the disk."""

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Return what a backup says of itself; raise ``BackupFailed`` if the folder is none."""
        try:
            return cls(**json.loads((folder / ABOUT).read_text()))
        except (OSError, ValueError, TypeError):
            newest = max((path.parent for path in folder.glob(f"{PREFIX}*/{ABOUT}")), default=None)
            hint = f"the newest in it is {newest}" if newest else f"it has no readable {ABOUT}"
            raise BackupFailed(f"{folder} is not a backup; {hint}") from None


def back_up(parent: Path) -> Path:
    """Write a backup into a new folder in ``parent``, and return that; leave no half of one. Raise ``BackupFailed``."""
    folder = _new_folder(parent.resolve())
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        draft.mkdir(mode=0o700, parents=True)
        _write(draft)
        draft.rename(folder)
    except OSError as error:
        raise BackupFailed(f"cannot write into {parent}: {error}") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def audio_elsewhere() -> str:
    """Return a sentence about audio that no backup holds; empty if it is on the disk."""
    if kind_of(settings.STORAGE) == DISK:
        return ""
    return f"The audio of recordings is in {settings.STORAGE}: this backup holds none of it."


def copy_media(source: Path, target: Path) -> None:
    """Copy all audio, except what is removed meanwhile."""
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_copy_if_present)


def _new_folder(parent: Path) -> Path:
    if parent.exists() and not parent.is_dir():
        raise BackupFailed(f"{parent} is a file; name a folder")
    for place, name in ((settings.BASE_DIR, "the repository"), (settings.DATA_DIR, "DATA_DIR")):
        if parent.is_relative_to(Path(place).resolve()):
            raise BackupFailed(f"{parent} is inside {name}, and would be lost with it; choose a folder elsewhere")
    name = f"{PREFIX}{timezone.localtime():%Y%m%d-%H%M%S}"
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(parent / name for name in names if not (parent / name).exists())


def _write(draft: Path) -> None:
    """Write the parts: the database first, so that the audio of all its recordings is there when audio is copied."""
    database = draft / DATABASE[connection.vendor]
    if connection.vendor == "sqlite":
        _write_sqlite(database)
    else:
        _write_postgresql(database)
    copy_media(Path(settings.MEDIA_ROOT), draft / MEDIA)
    key = draft / SECRET_KEY
    key.touch(mode=0o600)
    key.write_text(settings.SECRET_KEY)
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    about = About(connection.vendor, settings.VERSION, now, settings.STORAGE)
    (draft / ABOUT).write_text(json.dumps(asdict(about), indent=2) + "\n")


def _write_sqlite(target: Path) -> None:
    """Copy the database as it is at one moment. A copy of the file alone would lack what its log still has."""
    source = Path(settings.DATABASES["default"]["NAME"])
    if not source.is_file():
        raise BackupFailed(f"there is no database yet at {source}; bin/run makes it")
    try:
        with closing(sqlite3.connect(source, timeout=60)) as database:
            database.execute("VACUUM INTO ?", [str(target)])
        with closing(sqlite3.connect(target)) as copy:
            [result] = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise BackupFailed(f"the database cannot be copied: {error}") from None
    if result != "ok":
        raise BackupFailed(f"the database is damaged: {result}")


def _write_postgresql(target: Path) -> None:
    try:
        postgres_dump.dump(target)
    except postgres_dump.DumpFailed as error:
        raise BackupFailed(str(error)) from None


def _copy_if_present(source: str, target: str) -> None:
    with suppress(FileNotFoundError):
        shutil.copy2(source, target)
