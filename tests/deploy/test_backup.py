"""Backup while a site writes, and restoration into a new one: bin/backup and bin/restore run these commands."""

from __future__ import annotations

import asyncio
import http.client
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from chat.models.word_times import WordTime, unpack

from ..support.processes import ROOT, Missing
from ..support.reader import Reader
from ..support.servers import new_database, postgresql
from ..support.site_process import SiteProcess

pytestmark = [pytest.mark.process, pytest.mark.any_database, pytest.mark.waits]

TALK = """{"segments": [{"start": 0.4, "end": 1.2, "text": "The pump.", "words": [
    {"word": "The", "start": 0.5, "end": 0.7}, {"word": "pump.", "start": 0.8, "end": 1.1}]}]}"""
FOR_A_WHILE = "python:tests.support.talking:for_a_while"
BRIEFLY = "python:tests.support.talking:briefly"
Start = Callable[..., SiteProcess]


def run(site: SiteProcess, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a management command on a site's data, which may fail."""
    command = [sys.executable, str(ROOT / "manage.py"), *map(str, arguments)]
    return subprocess.run(command, env=site.environ, capture_output=True, text=True, check=False, timeout=120)


def backed_up(site: SiteProcess, parent: Path) -> Path:
    done = run(site, "backup", parent)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def import_words(site: SiteProcess) -> None:
    """Import a recording with the times of its words."""
    file = site.folder / "talk.json"
    file.write_text(TALK)
    done = run(site, "import_recordings", file)
    assert done.returncode == 0, done.stderr


def words_of(site: SiteProcess) -> list[list[WordTime]]:
    return [unpack(bytes(words)) for (words,) in site.rows("SELECT words FROM chat_segment WHERE words IS NOT NULL")]


def audio_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "media/audio").iterdir()}


async def asked_before_and_during(reader: Reader, back_up: Callable[[], Path]) -> tuple[Path, str, str, str]:
    """Back up with one ended and one running turn; return the backup, both, and the text shown of the running one."""
    ended = (await reader.ask("When does the Heron launch?"))["turn"]
    await reader.until_words(ended, 3)
    await reader.send(type="stop", turn=ended, seen=reader.seq[ended])
    await reader.until_end(ended)
    running = (await reader.ask("Who is Brightmoor Water?"))["turn"]
    await reader.until_words(running, 10)
    shown = reader.text[running]
    backup = await asyncio.to_thread(back_up)
    await reader.until_words(running, 15)
    return backup, ended, running, shown


async def assert_restored(site: SiteProcess, ended: str, running: str, shown: str) -> None:
    async with Reader(site) as reader:
        await reader.follow(running)
        assert (await reader.until_end(running))["code"] == "INTERRUPTED"
        assert reader.text[running].startswith(shown)
        again = await reader.ask("Does it still answer?")
        assert (await reader.until_end(again["turn"]))["state"] == "complete"
    states = dict(site.rows("SELECT uuid, state FROM chat_turn"))
    assert {str(UUID(str(name))): state for name, state in states.items()}[ended] == "stopped"
    assert site.rows("SELECT COUNT(*) FROM chat_recording") == [(4,)]
    assert words_of(site) == [[WordTime(0, 3, 0.5, 0.7), WordTime(4, 5, 0.8, 1.1)]]


def status_with(site: SiteProcess, cookie: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    with closing(connection):
        connection.request("GET", "/", headers={"Cookie": cookie})
        return connection.getresponse().status


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    if shutil.which("pg_dump") is None:
        pytest.skip(str(Missing("pg_dump", "postgresql-client")))
    try:
        with postgresql() as url:
            yield url
    except Missing as missing:
        pytest.skip(str(missing))


async def test_a_backup_of_sqlite_restores_all_that_was_shown(start_site: Start, tmp_path: Path) -> None:
    site = start_site(CHAT_MODEL=FOR_A_WHILE, DATABASE_URL="")
    backups, fresh = tmp_path / "backups", tmp_path / "fresh"
    fresh.mkdir()
    import_words(site)
    async with Reader(site) as reader:
        backup, *turns = await asked_before_and_during(reader, lambda: backed_up(site, backups))

    restored = SiteProcess(fresh, CHAT_MODEL=BRIEFLY, DATABASE_URL="")
    done = run(restored, "restore", backup)

    assert (done.returncode, "Restored the backup of" in done.stdout, "before" in done.stdout) == (0, True, False)
    with restored:
        await assert_restored(restored, *turns)
        assert status_with(restored, reader.cookie) == 200  # signed with the same key
    assert audio_of(fresh) == audio_of(site.folder)
    assert (fresh / "secret_key").stat().st_mode & 0o777 == 0o600
    assert restored.rows("PRAGMA integrity_check") == [("ok",)]


async def test_a_backup_of_postgresql_restores_all_that_was_shown(tmp_path: Path, postgresql_url: str) -> None:
    for name in ("first", "fresh"):
        (tmp_path / name).mkdir()
    with SiteProcess(tmp_path / "first", database_url=postgresql_url, CHAT_MODEL=FOR_A_WHILE) as site:
        import_words(site)
        async with Reader(site) as reader:
            backup, *turns = await asked_before_and_during(reader, lambda: backed_up(site, tmp_path / "backups"))
        into_the_same = run(site, "restore", backup)
    with new_database(postgresql_url) as fresh:
        restored = SiteProcess(tmp_path / "fresh", database_url=fresh, CHAT_MODEL=BRIEFLY)
        done = run(restored, "restore", backup)
        assert done.returncode == 0, done.stderr
        with restored:
            await assert_restored(restored, *turns)
            assert status_with(restored, reader.cookie) == 200
    assert audio_of(tmp_path / "fresh") == audio_of(tmp_path / "first")
    assert into_the_same.returncode == 1
    assert "Nothing was restored: the database is not empty" in into_the_same.stderr


@pytest.mark.parametrize("redis_url", ["", "redis://127.0.0.1:1/0"], ids=["alone", "one of several"])
def test_nothing_is_restored_under_a_running_site(start_site: Start, tmp_path: Path, redis_url: str) -> None:
    site = start_site(DATABASE_URL="", REDIS_URL=redis_url)
    backup = backed_up(site, tmp_path / "backups")

    done = run(site, "restore", backup)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert re.search("Nothing was restored: .*(Stop it|stop the site) first", done.stderr)
    assert not list(site.folder.glob("*restor*"))


def test_what_was_there_is_moved_aside(start_site: Start, tmp_path: Path) -> None:
    site = start_site(DATABASE_URL="")
    backup = backed_up(site, tmp_path / "backups")
    site.manage("createsuperuser", "--noinput", "--username", "ada", "--email", "ada@example.com")
    site.kill()

    done = run(site, "restore", backup)

    assert site.rows("SELECT username FROM auth_user") == [("demo",)]
    [aside] = site.folder.glob("before-restore-*")
    assert str(aside) in done.stdout
    with closing(sqlite3.connect(aside / "chatsite.sqlite3")) as old:
        assert old.execute("SELECT username FROM auth_user ORDER BY 1").fetchall() == [("ada",), ("demo",)]
    assert audio_of(aside) == audio_of(site.folder)


def test_a_damaged_database_can_be_replaced(start_site: Start, tmp_path: Path) -> None:
    site = start_site(DATABASE_URL="")
    backup = backed_up(site, tmp_path / "backups")
    site.kill()
    (site.folder / "chatsite.sqlite3").write_bytes(b"no database" * 1000)

    assert "chatsite.sqlite3 is no SQLite database" in run(site, "backup", tmp_path / "backups").stderr
    assert run(site, "restore", backup).returncode == 0
    assert site.rows("SELECT COUNT(*) FROM chat_recording") == [(3,)]
    assert len(list((tmp_path / "backups").iterdir())) == 1
    assert not list((tmp_path / "backups").glob(".*"))


def test_a_backup_is_outside_of_the_site_and_readable_by_its_owner_alone(start_site: Start, tmp_path: Path) -> None:
    site = start_site(DATABASE_URL="")

    first, second = backed_up(site, tmp_path / "backups"), backed_up(site, tmp_path / "backups")

    assert first != second
    assert first.stat().st_mode & 0o777 == 0o700
    for place in (ROOT, ROOT / "backups", site.folder / "backups"):
        assert "choose a folder elsewhere" in run(site, "backup", place).stderr
    (tmp_path / "afile").touch()
    assert "afile is a file; name a folder" in run(site, "backup", tmp_path / "afile").stderr


def test_what_is_no_backup_is_refused_in_one_line(start_site: Start, tmp_path: Path) -> None:
    site = start_site(DATABASE_URL="")
    newest = backed_up(site, tmp_path / "backups")
    site.stop()

    for folder, hint in (
        (tmp_path / "nowhere", "no readable about.json"),
        (newest.parent, f"the newest in it is {newest}"),
    ):
        done = run(site, "restore", folder)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert hint in done.stderr
    of_other = run(SiteProcess(site.folder, database_url="postgres://nobody@127.0.0.1:1/none"), "restore", newest)
    assert "this backup is of sqlite, but DATABASE_URL names postgresql" in of_other.stderr
