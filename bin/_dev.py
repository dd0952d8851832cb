"""``bin/dev``: serve the site, and start it again whenever one of its files has changed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [ROOT / name for name in ("chat", "chatsite", "templates")]
FILES = [ROOT / ".env"]
COMMAND = [sys.executable, str(ROOT / "manage.py"), "serve"]
DEFAULTS = {"SERVE_DRAIN_SECONDS": "0", "LOG_LEVEL": "INFO"}
LOOK_SECONDS = 0.5
"""How often the files are compared."""

Times = dict[Path, int]


def main() -> int:
    """Serve until Ctrl-C or SIGTERM. Return the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while True:
            serve_until_changed(COMMAND, FOLDERS, FILES)
    except KeyboardInterrupt:
        return 130


def serve_until_changed(command: Sequence[str], folders: Iterable[Path], files: Iterable[Path]) -> None:
    """Run the command until a file changes, then end it in good order. If it ends by itself, wait for the change."""
    folders, files = list(folders), list(files)
    before = times_of(folders, files)
    process = subprocess.Popen(command, env={**DEFAULTS, **os.environ})
    try:
        while times_of(folders, files) == before:
            time.sleep(LOOK_SECONDS)
    finally:
        process.terminate()
        process.wait()
    print("A file has changed.", flush=True)


def times_of(folders: Iterable[Path], files: Iterable[Path]) -> Times:
    """Return when each file in the folders, and each of the files that exist, was last changed."""
    paths = [path for folder in folders for path in folder.rglob("*") if path.suffix not in {"", ".pyc"}]
    times: Times = {}
    for path in [*paths, *files]:
        try:
            times[path] = path.stat().st_mtime_ns
        except FileNotFoundError:
            continue
    return times


if __name__ == "__main__":
    sys.exit(main())
