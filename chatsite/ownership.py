"""Files of the site that belong to another user of this machine: it could not write them, or that user could not."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_BESIDE_A_DATABASE = ("", "-wal", "-shm", ".serving")
_SQLITE = b"SQLite format 3\0"


def check_folder(var: str, folder: Path) -> None:
    """Raise ``ImproperlyConfigured`` if this process must not write in the folder."""
    owner = folder.stat().st_uid
    if os.geteuid() == 0 and owner != 0:
        raise ImproperlyConfigured(
            f"{var}: {folder} belongs to {_name(owner)}, who could not use the files that root writes there;"
            f" run this as {_name(owner)} (sudo -u {_name(owner)} …), or set another folder"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(
            f"{var}: {folder} belongs to {_name(owner)} and is not writable for {_name(os.geteuid())};"
            f" run this as {_name(owner)}, or set another folder"
        )
    for name in ("secret_key", "prepare.lock", "static", "media"):
        _check_access(var, folder / name)


def check_sqlite(var: str, file: Path) -> None:
    """Raise ``ImproperlyConfigured`` if the file can be no database of ours; it need not exist."""
    if not file.parent.is_dir():
        raise ImproperlyConfigured(f"{var}: there is no folder {file.parent}; create it, or correct the path")
    for suffix in _BESIDE_A_DATABASE:
        _check_access(var, Path(f"{file}{suffix}"))
    if file.is_dir():
        raise ImproperlyConfigured(f"{var}: {file} is a folder; name a file in it")
    is_restored = sys.argv[1:2] == ["restore"]  # it puts another file there, and keeps this one
    if file.exists() and _start(file) not in (b"", _SQLITE) and not is_restored:
        raise ImproperlyConfigured(f"{var}: {file} is no SQLite database; correct the path, or move that file away")


def _check_access(var: str, path: Path) -> None:
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        owner, user = _name(path.stat().st_uid), _name(os.geteuid())
        raise ImproperlyConfigured(
            f"{var}: {path} belongs to {owner} and is not readable and writable for {user};"
            f" as root, run: chown -R {user.removeprefix('user ')} {path.parent}"
        )


def _start(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(len(_SQLITE))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
