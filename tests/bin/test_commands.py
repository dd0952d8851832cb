"""bin/import, bin/manage, bin/backup and bin/restore, from any folder, and manage.py with another Python."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from chatsite import env_file

from ..support.processes import ROOT
from ..support.site_process import SiteProcess

Run = Callable[..., subprocess.CompletedProcess[str]]

VTT = "WEBVTT\n\n00:01.000 --> 00:02.500\n<v Ana>The pump arrived.</v>\n"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with a transcript, which is not the repository."""
    folder = tmp_path / "the transcripts"
    folder.mkdir()
    (folder / "pump.vtt").write_text(VTT)
    return folder


@pytest.fixture
def run(copied_site: SiteProcess, installed: Path, elsewhere: Path) -> Run:
    """Run a program of a copy of the repository, in that folder, with only the settings in its .env."""

    def run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        environ = {"PATH": copied_site.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
        command = [str(installed / "bin" / program), *map(str, arguments)]
        return subprocess.run(command, cwd=elsewhere, env=environ, capture_output=True, text=True, check=False)

    (installed / ".env").write_text("DATA_DIR=data\n")
    return run


@pytest.mark.process
def test_transcripts_are_imported_into_a_new_site_from_any_folder(run: Run, installed: Path, elsewhere: Path) -> None:
    done = run("import", "pump.vtt", "missing.vtt", "no-folder")

    assert done.stdout.splitlines()[-1] == "1 imported, 0 unchanged, 2 failed, 0 ignored."
    assert done.stderr.splitlines() == ["missing.vtt: no such file or folder", "no-folder: no such file or folder"]
    assert done.returncode == 1
    assert "Sign in as demo" in done.stdout  # a new site is prepared first
    assert (installed / "data/chatsite.sqlite3").exists()
    assert [path.name for path in elsewhere.iterdir()] == ["pump.vtt"]
    assert run("import", ".").stdout == "0 imported, 1 unchanged, 0 failed, 0 ignored.\n"


@pytest.mark.process
def test_backup_and_restore_are_relative_to_the_callers_folder(run: Run, installed: Path, elsewhere: Path) -> None:
    run("import", "pump.vtt")
    folder = Path(run("backup", "backups").stdout.strip())

    restored = run("restore", folder.relative_to(elsewhere))

    assert folder.parent == elsewhere / "backups"
    assert "Restored the backup" in restored.stdout, restored.stderr
    assert list((installed / "data").glob("before-restore-*"))


@pytest.mark.process
def test_the_help_names_the_program(run: Run) -> None:
    assert run("import").stderr.startswith("usage: bin/import ")
    assert run("backup", "--help").stdout.startswith("usage: bin/backup ")
    assert run("manage", "sign_in_link", "-h").stdout.startswith("usage: bin/manage sign_in_link ")


def test_relative_paths_in_the_file_are_relative_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATA_DIR=data\nSECRET_KEY_FILE=/run/key\nOPENAI_API_KEY_FILE=key\nPORT_FILE=\n")

    assert env_file.absolute_paths({}, tmp_path) == {
        "DATA_DIR": f"{tmp_path}/data",
        "SECRET_KEY_FILE": "/run/key",
        "OPENAI_API_KEY_FILE": f"{tmp_path}/key",
    }
    assert "DATA_DIR" not in env_file.absolute_paths({"DATA_DIR": "elsewhere"}, tmp_path)


@pytest.mark.parametrize("arguments", [[], ["migrate", "--plan"]])
def test_manage_py_says_what_to_use_where_the_packages_are_missing(arguments: list[str]) -> None:
    command = ["python3", "-I", "-S", str(ROOT / "manage.py"), *arguments]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for program in ("run", "import PATH…", f"manage {' '.join(arguments) or 'COMMAND'}"):
        assert f"{ROOT}/bin/{program}" in done.stderr


def test_manage_py_itself_starts_with_the_python_that_debian_has() -> None:
    assert (ROOT / "manage.py").read_text().startswith("#!/usr/bin/env python3\n")
    assert os.access(ROOT / "manage.py", os.X_OK)


def test_readme_names_only_programs_that_exist() -> None:
    programs = set(re.findall(r"\bbin/([a-z_-]+)", (ROOT / "README.md").read_text()))

    assert {"run", "import", "manage", "backup", "restore", "test"} <= programs
    assert [name for name in programs if not os.access(ROOT / "bin" / name, os.X_OK)] == []


def test_readme_follows_the_first_hour() -> None:
    steps = re.findall(r"^### \d+\. (.*)", (ROOT / "README.md").read_text(), re.MULTILINE)

    words = ["Start", "Sign in", "Import", "colleagues", "reviewer", "model", "HTTPS", "Upgrade", "Back up", "log"]
    assert [word for word, step in zip(words, steps, strict=True) if word not in step] == []


def test_no_relative_path_of_the_file_reaches_the_tests(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DATA_DIR=data\n")
    environs: list[dict[str, str]] = []
    monkeypatch.setattr(bootstrap, "set_up", lambda extras, groups: None)
    monkeypatch.setattr(bootstrap, "check_address", lambda host, port: None)
    monkeypatch.setattr(os, "environ", {"PATH": os.defpath})
    monkeypatch.setattr(os, "execv", lambda python, command: environs.append(dict(os.environ)))
    monkeypatch.chdir(tmp_path)

    bootstrap.main("test", ["-q"])
    bootstrap.main("import", ["."])

    assert ["DATA_DIR" in environ for environ in environs] == [False, True]
    assert environs[1]["STARTED_BY"] == "bin/import"
