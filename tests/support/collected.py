"""The static files, collected once for all processes of a test run: to pack and compress them takes seconds."""

from __future__ import annotations

import contextlib
import os
import shutil
from functools import cache
from pathlib import Path

from django.test import override_settings


@cache
def collected() -> Path:
    """Return the folder of the collected files; the first process that asks collects them, while others wait.

    Nobody may change these files, to which the folders of sites are linked.
    """
    from chat.upkeep.preparation import collect_static_files

    shared = Path(os.environ["TEST_SHARED"])
    with override_settings(DATA_DIR=shared, STATIC_ROOT=shared / "static"):  # the lock is in DATA_DIR
        collect_static_files()
    return shared / "static"


def bring_static_files(folder: Path) -> None:
    """Give a site that has none the collected files; without a test run it collects them itself."""
    static = folder / "static"
    if "TEST_SHARED" in os.environ and not static.exists():
        shutil.copytree(collected(), static, copy_function=_link)


def _link(source: str, target: str) -> None:
    with contextlib.suppress(OSError):
        os.link(source, target)
        return
    shutil.copy2(source, target)  # on another disk
