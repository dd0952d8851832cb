"""The restoration of a backup into a site that is stopped. What was there before is moved aside, never removed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from . import postgres_dump
from .backup import DATABASE, MEDIA, SECRET_KEY, About, BackupFailed, copy_media

DRAFT = ".restoring"
KEY_DIFFERS = "SECRET_KEY is set, and is not that of the backup: everyone has to sign in again."


def restore(folder: Path) -> list[str]:
    """Restore a backup, and return the lines for the operator. Raise ``BackupFailed``; then nothing has changed."""
    about = About.of(folder)
    database = folder / DATABASE.get(about.database, "")
    if about.database != connection.vendor or not database.is_file():
        raise BackupFailed(f"this backup is of {about.database}, but DATABASE_URL names {connection.vendor}")
    key_lines = _key_lines((folder / SECRET_KEY).read_text())
    parts = {_data(MEDIA): folder / MEDIA, _data(SECRET_KEY): folder / SECRET_KEY}
    if connection.vendor == "postgresql":
        _check_empty()
        with _drafts(parts) as drafts:
            _load(database)
            aside = _swap(drafts)
    else:
        current = Path(settings.DATABASES["default"]["NAME"])
        _close(current)
        with _drafts(parts | {current: database}) as drafts:
            aside = _swap(drafts, [current.with_name(f"{current.name}-{end}") for end in ("wal", "shm")])
    lines = [f"Restored the backup of {about.made_at} (chatsite {about.version}). Start the site: bin/run"]
    if about.audio != settings.STORAGE:
        lines.append(f"The site had its audio in {about.audio}, and STORAGE is {settings.STORAGE}: set it, or copy it.")
    return lines + ([f"What was there before is in {aside}."] if aside else []) + key_lines


def _key_lines(restored: str) -> list[str]:
    """Return a warning if a setting, and not the file of this site, gives another key than the restored one."""
    file = _data(SECRET_KEY)
    is_of_file = file.is_file() and file.read_text() == settings.SECRET_KEY
    return [] if is_of_file or restored == settings.SECRET_KEY else [KEY_DIFFERS]


def _data(name: str) -> Path:
    return Path(settings.DATA_DIR) / name


def _check_empty() -> None:
    if postgres_dump.has_tables():
        raise BackupFailed("the database is not empty; make an empty one, and name it in DATABASE_URL")


def _load(dump: Path) -> None:
    try:
        postgres_dump.load(dump)
    except postgres_dump.DumpFailed as error:
        raise BackupFailed(str(error)) from None


def _close(database: Path) -> None:
    """Write the log of an SQLite database into its file. Raise ``BackupFailed`` if another process has it open."""
    connection.close()
    if not database.exists():
        return
    try:
        with closing(sqlite3.connect(database, timeout=1)) as old:
            old.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise BackupFailed(f"the database is in use ({error}); stop the site first") from None
    except sqlite3.DatabaseError:  # it is damaged, perhaps the reason for this restoration
        return


@contextmanager
def _drafts(parts: dict[Path, Path]) -> Iterator[dict[Path, Path]]:
    """Copy files and folders beside their places; yield the copies by place, and remove those that are left."""
    try:
        yield {place: _copied(source, place) for place, source in parts.items()}
    except OSError as error:
        raise BackupFailed(f"cannot write into {settings.DATA_DIR}: {error}") from None
    finally:
        for place in parts:
            _remove(_draft_of(place))


def _swap(drafts: dict[Path, Path], obsolete: Iterable[Path] = ()) -> Path | None:
    """Put the copies in their places; return the folder to which the old files were moved.

    The key that a start without a database has just made protects nothing, so it is replaced.
    """
    key, aside = _data(SECRET_KEY), _data(f"before-restore-{datetime.now():%Y%m%d-%H%M%S}")
    old = [place for place in (*drafts, *obsolete) if place.exists()]
    if old == [key]:
        old = []
        key.unlink()
    for place in old:
        aside.mkdir(mode=0o700, exist_ok=True)
        place.rename(aside / place.name)
    for place, draft in drafts.items():
        if draft.exists():
            draft.rename(place)
    return aside if old else None


def _copied(source: Path, place: Path) -> Path:
    draft = _draft_of(place)
    _remove(draft)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.is_dir():
        copy_media(source, draft)
    elif source.exists():
        shutil.copyfile(source, draft)
        draft.chmod(0o600)
    return draft


def _draft_of(place: Path) -> Path:
    return place.with_name(f"{place.name}{DRAFT}")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    with suppress(FileNotFoundError, IsADirectoryError):
        path.unlink()
