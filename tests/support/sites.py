"""Copies of a prepared site, each with its own database."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .servers import new_database
from .site_process import SiteProcess


def prepare_once(folder: Path) -> SiteProcess:
    """Prepare a site with SQLite in this folder, which the workers of a test run share; the first one prepares it."""
    folder.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        site = SiteProcess(folder)
        if not (folder / "prepared").exists():
            site.manage("prepare")
            (folder / "prepared").touch()
    return site


@contextmanager
def copy_of(prepared: SiteProcess, folder: Path, *, covered: bool = False, **settings: str) -> Iterator[SiteProcess]:
    """Run a copy of a prepared site. ``REDIS_URL`` comes from the environment."""
    shutil.copytree(prepared.folder, folder, ignore=shutil.ignore_patterns("static"), dirs_exist_ok=True)
    with (
        database_for_site(prepared.database_url) as url,
        SiteProcess(folder, database_url=url, covered=covered, warm=not covered, **settings) as site,
    ):
        yield site


@contextmanager
def database_for_site(template_url: str = "") -> Iterator[str]:
    """Yield the URL of a database on the server of this test run, empty or a copy of this one.

    The URL is empty for SQLite, whose database is a file in the site's folder.
    """
    server_url = os.environ.get("DATABASE_URL", "")
    if not server_url.startswith("postgres"):
        yield ""
        return
    with new_database(server_url, template_url) as url:
        yield url
