"""Management commands in forks of one interpreter, which has imported the other packages that the site needs.

It has imported nothing of the site, and no settings. A command takes half of the processor time of a cold start.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = (
    "asyncio",
    "autobahn.twisted.websocket",
    "channels.routing",
    "django.contrib.admin.options",
    "django.contrib.staticfiles.storage",
    "django.core.mail",
    "django.core.management.commands.check",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.views.generic",
    "twisted.internet.ssl",
    "twisted.web.http",
)
SECONDS = 60
"""After which a command is killed."""


def run_warm(command: str, environ: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
    """Run ``manage.py command`` with exactly this environment; return its exit status, and what it prints.

    What it prints goes into files in this folder.
    """
    files = [str(folder / name) for name in ("printed", "complaints")]
    interpreter = _interpreter()
    assert interpreter.stdin
    assert interpreter.stdout
    interpreter.stdin.write(json.dumps([command, dict(environ), files]) + "\n")
    interpreter.stdin.flush()
    status = int(interpreter.stdout.readline())
    printed, complaints = (Path(file).read_text() for file in files)
    return status, printed, complaints


@cache
def _interpreter() -> subprocess.Popen[str]:
    """Start the interpreter, which ends with this process: then nobody can write to it any more."""
    environ = {"PATH": os.environ["PATH"]}
    return subprocess.Popen(
        [sys.executable, "-P", __file__],
        env=environ,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _serve() -> None:
    for package in PACKAGES:
        importlib.import_module(package)
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(*json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201  # our answer


def _become(command: str, environ: dict[str, str], files: list[str]) -> None:
    """Become the process of a command: it gets its own environment and files, and ends as an interpreter does."""
    signal.alarm(SECONDS)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in enumerate(files, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["manage.py", command]
    sys.path.insert(0, str(ROOT))
    status = 1
    try:
        runpy.run_path(str(ROOT / "manage.py"), run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:  # as the interpreter does
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]  # it waits for threads
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    _serve()
