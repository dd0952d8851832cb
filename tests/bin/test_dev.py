from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ..support.processes import ROOT

SITE = """
import pathlib, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
starts = pathlib.Path(sys.argv[1])
starts.write_text(starts.read_text() + "started ") if starts.exists() else starts.write_text("started ")
signal.pause()
"""


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("_dev", ROOT / "bin" / "_dev.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "page.html").write_text("one")
    return tmp_path / "source"


@pytest.fixture
def watching(source: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """bin/_dev.py with a site of its own, which notes that it has started."""
    command = [sys.executable, "-c", SITE, str(tmp_path / "starts")]
    program = f"import _dev; from pathlib import Path; _dev.COMMAND = {command!r}; _dev.FILES = []"
    program += f"; _dev.FOLDERS = [Path({str(source)!r})]; _dev.LOOK_SECONDS = 0.02; _dev.main()"
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT / "bin", stdout=subprocess.DEVNULL)
    yield process
    process.terminate()
    process.wait()


def wait_for_starts(file: Path, count: int) -> None:
    while not (file.exists() and file.read_text().split() == ["started"] * count):
        os.sched_yield()


@pytest.mark.parametrize("change", ["change", "add", "remove"])
def test_the_site_is_started_again_when_a_file_changes(
    watching: subprocess.Popen[bytes], source: Path, tmp_path: Path, change: str
) -> None:
    wait_for_starts(tmp_path / "starts", 1)

    if change == "change":
        os.utime(source / "page.html", (1, 1))
    elif change == "add":
        (source / "new.py").write_text("")
    else:
        (source / "page.html").unlink()

    wait_for_starts(tmp_path / "starts", 2)


def test_what_python_writes_by_itself_is_no_change(dev: ModuleType, source: Path) -> None:
    before = dev.times_of([source], [])

    (source / "page.pyc").write_text("")

    assert dev.times_of([source], []) == before


def test_a_missing_file_may_come_later(dev: ModuleType, tmp_path: Path) -> None:
    before = dev.times_of([], [tmp_path / ".env"])

    (tmp_path / ".env").write_text("DEMO=false")

    assert dev.times_of([], [tmp_path / ".env"]) != before
