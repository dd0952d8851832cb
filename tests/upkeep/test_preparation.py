"""The preparation of a site, between the start of the process and the first page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from pytest_django import Settings

from chat.models import IndexedPassage, LoginSession, Recording
from chat.upkeep.preparation import close_abandoned, prepare

from ..support.asked import asked
from ..support.collected import bring_static_files
from ..support.library import record, search
from ..support.processes import ROOT
from ..support.site_process import SiteProcess
from ..support.sites import database_for_site


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[SiteProcess]:
    """A site that has never been started, on an empty database."""
    with ExitStack() as stack:
        site = SiteProcess(tmp_path, database_url=stack.enter_context(database_for_site()))
        site.collects = True
        yield site


@pytest.fixture
def static_root(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which static files are collected from one small folder."""
    sources, root = tmp_path / "sources", tmp_path / "static"
    sources.mkdir()
    (sources / "page.css").write_text("p { margin: 0 }")
    settings.STATICFILES_DIRS = [sources]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = root
    return root


@pytest.mark.process
def test_a_first_start_migrates_collects_and_loads_the_demo(empty_site: SiteProcess) -> None:
    lines = empty_site.manage("prepare").splitlines()

    assert [line.split()[0] for line in lines] == ["Database", "Static", "Demo", "Sign"]
    assert empty_site.rows("SELECT COUNT(*) FROM chat_recording") == [(3,)]
    assert (empty_site.folder / "static/staticfiles.json").exists()


@pytest.mark.process
def test_a_second_start_only_prints_a_sign_in_link(empty_site: SiteProcess) -> None:
    bring_static_files(empty_site.folder)
    empty_site.manage("prepare")

    lines = empty_site.manage("prepare").splitlines()

    assert [line.split()[0] for line in lines] == ["Sign"]
    assert f"{empty_site.url}/accounts/link/" in lines[0]


@pytest.mark.process
def test_starts_at_the_same_time_prepare_one_after_the_other(empty_site: SiteProcess) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "prepare"]
    options: dict[str, Any] = {"env": empty_site.environ, "stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    starts = [subprocess.Popen(command, **options) for _ in range(3)]

    complaints = [start.communicate(timeout=120)[1].decode() for start in starts]

    assert complaints == ["", "", ""]
    assert [start.returncode for start in starts] == [0, 0, 0]
    assert empty_site.rows("SELECT COUNT(*) FROM auth_user") == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_the_demo_is_not_loaded_into_a_database_in_use(static_root: Path, alice: object) -> None:
    prepare()

    assert not Recording.objects.exists()
    assert not get_user_model().objects.filter(username="demo").exists()


@pytest.mark.django_db(transaction=True)
def test_the_demo_can_be_left_out(static_root: Path, settings: Settings) -> None:
    settings.DEMO = False

    prepare()

    assert not get_user_model().objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_demo_user_gets_a_sign_in_link_until_they_have_a_password(static_root: Path) -> None:
    demo = get_user_model().objects.create_user("demo")
    lines = prepare()
    demo.set_password("a-password-of-their-own")
    demo.save()

    assert "Sign in as demo" in lines[-1]
    assert prepare() == []


@pytest.mark.django_db(transaction=True)
def test_what_an_older_version_has_indexed_is_indexed_again(static_root: Path, alice: object) -> None:
    prepare()
    record("Screens", "Eve: An L_C_D_ costs less.")
    IndexedPassage.objects.update(text="screens eve an l c d costs less", terms_version=None)

    assert prepare() == ["Full text renewed: 1 passages."]
    assert [passage.recording.title for passage in search("LCD")] == ["Screens"]
    assert prepare() == []


@pytest.mark.django_db(transaction=True)
def test_static_files_are_collected_again_when_a_source_changes(static_root: Path, alice: object) -> None:
    first, second = prepare(), prepare()
    source = static_root.with_name("sources") / "page.css"
    source.write_text("p { margin: 1px }")

    assert (first, second) == (["Static files collected."], [])
    assert prepare() == ["Static files collected."]
    assert len(list(static_root.glob("page.*.css"))) == 2  # the old one stays for processes that still serve it


@pytest.mark.django_db(transaction=True)
def test_a_crash_while_collecting_leaves_the_old_manifest_and_the_next_start_collects(
    static_root: Path, alice: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare()
    manifest = (static_root / "staticfiles.json").read_text()
    (static_root.with_name("sources") / "page.css").write_text("p { margin: 2px }")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _fail)
        with pytest.raises(OSError, match="disk full"):
            prepare()

    assert (static_root / "staticfiles.json").read_text() == manifest
    assert prepare() == ["Static files collected."]
    assert (static_root / "staticfiles.json").read_text() != manifest


def _fail(*_: object) -> None:
    raise OSError("disk full")


@pytest.mark.django_db(transaction=True)
def test_turns_that_nobody_drives_are_closed_at_the_start(login: LoginSession) -> None:
    turn = asked(login, state="streaming")

    assert (close_abandoned(), close_abandoned()) == (1, 0)

    turn.refresh_from_db()
    assert (turn.state, turn.answer) == ("interrupted", "It was decided.")
