"""Backup and restore, with the commands of docs/deploy.md, while a site writes."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from ..support.processes import ROOT, Missing
from ..support.reader import Reader
from ..support.servers import new_database, postgresql
from ..support.site_process import SiteProcess

pytestmark = [pytest.mark.process, pytest.mark.any_database, pytest.mark.waits]

DOCUMENT = (ROOT / "docs/deploy.md").read_text()
FOR_A_WHILE = "python:tests.support.talking:for_a_while"
BRIEFLY = "python:tests.support.talking:briefly"


def documented(beginning: str) -> str:
    """Return the command in the document with this beginning."""
    [command] = re.findall(rf"^    ({re.escape(beginning)}.*)$", DOCUMENT, re.MULTILINE)
    return str(command)


def run(command: str, folder: Path, **environ: str) -> None:
    """Run a command in a shell as an operator would; ``var`` has the site's data."""
    command = command.replace(".venv/bin/python", sys.executable)
    subprocess.run(
        ["sh", "-ec", command],
        cwd=folder,
        env={**os.environ, **environ},
        check=True,
        capture_output=True,
        timeout=60,
    )


async def asked_before_and_during(site: SiteProcess, back_up: Callable[[], None]) -> tuple[str, str, str]:
    """Back up with one ended and one running turn; return both, and the text shown of the running one."""
    async with Reader(site) as reader:
        ended = (await reader.ask("When does the Heron launch?"))["turn"]
        await reader.until_words(ended, 3)
        await reader.send(type="stop", turn=ended, seen=reader.seq[ended])
        await reader.until_end(ended)
        running = (await reader.ask("Who is Brightmoor Water?"))["turn"]
        await reader.until_words(running, 10)
        shown = reader.text[running]
        await asyncio.to_thread(back_up)
        await reader.until_words(running, 15)
    return ended, running, shown


async def assert_restored(site: SiteProcess, ended: str, running: str, shown: str) -> None:
    async with Reader(site) as reader:
        await reader.follow(running)
        assert (await reader.until_end(running))["code"] == "INTERRUPTED"
        assert reader.text[running].startswith(shown)
        again = await reader.ask("Does it still answer?")
        assert (await reader.until_end(again["turn"]))["state"] == "complete"
    states = dict(site.rows("SELECT uuid, state FROM chat_turn"))
    assert {str(UUID(str(name))): state for name, state in states.items()}[ended] == "stopped"
    assert site.rows("SELECT COUNT(*) FROM chat_recording") == [(3,)]


async def test_a_backup_of_sqlite_has_everything_that_was_shown(start_site: Callable[..., SiteProcess]) -> None:
    site = start_site(CHAT_MODEL=FOR_A_WHILE, DATABASE_URL="")
    home = site.folder.parent
    (home / "var").symlink_to(site.folder)
    back_up = documented('.venv/bin/python -c "import sqlite3')
    run(back_up, home)  # an older one must not get in the way, nor be restored
    await asyncio.sleep(1)  # its name has the time in seconds
    turns = await asked_before_and_during(site, lambda: run(back_up, home))
    site.kill()
    assert len(list(home.glob("backup-*.sqlite3"))) == 2

    run(documented("rm -f var/chatsite.sqlite3-wal"), home)

    site.environ["CHAT_MODEL"] = BRIEFLY
    site.start()
    await assert_restored(site, *turns)
    assert site.rows("PRAGMA integrity_check") == [("ok",)]


async def test_a_backup_of_postgresql_has_everything_that_was_shown(tmp_path: Path) -> None:
    if shutil.which("pg_dump") is None:
        pytest.skip(str(Missing("pg_dump", "postgresql")))
    try:
        with postgresql() as url, new_database(url) as fresh:
            with SiteProcess(tmp_path, database_url=url, covered=False, CHAT_MODEL=FOR_A_WHILE) as site:
                turns = await asked_before_and_during(
                    site, lambda: run(documented("pg_dump"), tmp_path, DATABASE_URL=url)
                )
            run(documented("pg_restore"), tmp_path, DATABASE_URL=fresh)
            with SiteProcess(tmp_path, database_url=fresh, covered=False, CHAT_MODEL=BRIEFLY) as restored:
                await assert_restored(restored, *turns)
    except Missing as missing:
        pytest.skip(str(missing))
