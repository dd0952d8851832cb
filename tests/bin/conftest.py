"""Fixtures: bin/_bootstrap.py as a module, and a copy of the repository with everything installed."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ..support.bootstrapped import load_bootstrap
from ..support.processes import ROOT
from ..support.site_process import SiteProcess


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """bin/_bootstrap.py, for a repository in an empty folder."""
    return load_bootstrap(tmp_path, monkeypatch)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of the repository, in a folder with a space in its name, with everything installed."""
    folder = tmp_path / "a copy"
    for part in ("bin", "chat", "chatsite", "templates"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("manage.py", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / part, folder)
    venv, own_venv = folder / ".venv", Path(sys.prefix)
    (venv / "bin").mkdir(parents=True)
    (venv / "bin/python").symlink_to(os.path.realpath(sys.executable))
    (venv / "lib").symlink_to(own_venv / "lib")
    shutil.copy(own_venv / "pyvenv.cfg", venv)
    return folder


@pytest.fixture
def copied_site(installed: Path, bootstrap: ModuleType, tmp_path: Path) -> Iterator[SiteProcess]:
    """The site of that copy, for its bin/run; not traced for coverage, because its start is timed."""
    python = Path(os.path.realpath(sys.executable))
    synced = {"lock": bootstrap._digest(installed / "uv.lock"), "python": str(python)}
    (installed / ".venv/.synced").write_text(json.dumps({**synced, "parts": ["postgres", "redis", "uvicorn"]}))
    site = SiteProcess(tmp_path, PATH=f"{python.parent}:{os.environ['PATH']}", REDIS_URL="")
    site.environ = {name: value for name, value in site.environ.items() if not name.startswith("COV")}
    yield site
    site.stop()
