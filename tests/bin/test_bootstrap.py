"""bin/run and bin/test on a machine with few programs."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from types import ModuleType
from typing import Any

import pytest

from ..support.bootstrapped import program
from ..support.processes import ROOT
from ..support.site_process import SiteProcess


@pytest.fixture
def synced(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The extras and groups of each sync with uv; the installers are replaced and do nothing."""
    calls: list[set[str]] = []

    def sync(python: str, extras: set[str], groups: set[str], environ: dict[str, str]) -> None:
        calls.append(extras | groups)
        bootstrap.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        bootstrap.PYTHON.touch()

    monkeypatch.setattr(bootstrap, "_install_uv", lambda python, environ: None)
    monkeypatch.setattr(bootstrap, "_sync", sync)
    return calls


@pytest.mark.parametrize(
    ("settings", "extras"),
    [
        ({}, set()),
        ({"CHAT_MODEL": "embedded"}, set()),
        ({"CHAT_MODEL": "databricks:endpoint"}, {"databricks"}),
        ({"CHAT_MODEL": "databricks-legacy:endpoint"}, {"databricks-legacy"}),
        ({"CHAT_MODEL": "openai:model", "EMBEDDINGS": "databricks:endpoint"}, {"openai", "databricks"}),
        ({"DATABASE_URL": "sqlite:///chat"}, set()),
        ({"DATABASE_URL": "postgres://host/chat", "REDIS_URL": "redis://host"}, {"postgres", "redis"}),
        ({"SERVER": "uvicorn"}, {"uvicorn"}),
        ({"LAKEBASE_ENDPOINT": "projects/p/branches/b/endpoints/e"}, {"lakebase"}),
        ({"MLFLOW_EXPERIMENT": "/Shared/chatsite"}, {"mlflow"}),
        ({"STORAGE": "disk"}, set()),
        ({"STORAGE": "s3://bucket/chat"}, {"s3"}),
        ({"STORAGE": "volume:/Volumes/c/s/v"}, {"volume"}),
        ({"STORAGE": "/Volumes/c/s/v"}, {"volume"}),
        ({"TRANSCRIBER": "databricks-sql:1f2e"}, {"transcription"}),
        ({"TRANSCRIBER": "faster-whisper:small"}, {"whisper"}),
        ({"SSO_ISSUER": "https://id.example.com"}, set()),
        ({"SSO_OIDC_ISSUER": "https://id.example.com"}, {"sso"}),
        ({"SECOND_FACTOR": "administrators"}, {"sso"}),
    ],
)
def test_the_settings_decide_which_extras_are_installed(
    bootstrap: ModuleType, settings: dict[str, str], extras: set[str]
) -> None:
    assert bootstrap.required_extras(settings) == extras


def test_every_extra_of_the_project_is_one_that_some_setting_needs(bootstrap: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    settings = {"DATABASE_URL": "postgres://", "LAKEBASE_ENDPOINT": "e", "MLFLOW_EXPERIMENT": "7"}
    settings |= {"REDIS_URL": "redis://", "SERVER": "uvicorn", "SSO_OIDC_ISSUER": "https://id.example.com"}

    storages = [bootstrap.required_extras({"STORAGE": place}) for place in ("s3://bucket", "/Volumes/c/s/v")]
    transcribers = [bootstrap.required_extras({"TRANSCRIBER": name}) for name in ("openai:m", "faster-whisper:small")]
    needed = set.union(bootstrap.required_extras(settings), bootstrap.PROVIDER_EXTRAS, *storages, *transcribers)

    assert needed == set(project["project"]["optional-dependencies"])


def test_the_environment_takes_precedence_over_the_file(bootstrap: ModuleType, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# a comment\nexport PORT=1\nHOST = 'a'\nREDIS_URL=\"redis://x\"\n#SERVER=uvicorn\n")

    settings = bootstrap.read_settings({"HOST": "b"})

    assert settings == {"HOST": "b", "PORT": "1", "REDIS_URL": "redis://x"}


def test_a_setting_may_be_stored_in_a_file(bootstrap: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgres://host/chat\n")

    settings = bootstrap.read_settings({"DATABASE_URL_FILE": str(tmp_path / "url"), "OTHER_FILE": "/nowhere"})

    assert settings["DATABASE_URL"] == "postgres://host/chat"


def test_a_second_start_installs_nothing(bootstrap: ModuleType, synced: list[set[str]]) -> None:
    for _ in range(2):
        bootstrap.set_up({"redis"}, groups=set())

    assert synced == [{"redis"}]


def test_a_start_that_needs_less_than_is_installed_installs_nothing(
    bootstrap: ModuleType, synced: list[set[str]]
) -> None:
    bootstrap.set_up({"postgres", "redis"}, groups={"dev"})

    bootstrap.set_up({"redis"}, groups=set())

    assert len(synced) == 1


@pytest.mark.parametrize("change", ["lock", "extra", "python", "environment"])
def test_a_start_after_a_change_installs_again(
    bootstrap: ModuleType, synced: list[set[str]], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    bootstrap.set_up(set(), groups=set())
    changes: dict[str, Callable[[], Any]] = {
        "lock": lambda: (bootstrap.ROOT / "uv.lock").write_text("another lock"),
        "extra": lambda: None,
        "python": lambda: monkeypatch.setattr(sys, "executable", "/usr/bin/another-python"),
        "environment": lambda: shutil.rmtree(bootstrap.VENV),
    }
    changes[change]()

    bootstrap.set_up({"redis"} if change == "extra" else set(), groups=set())

    assert len(synced) == 2


def test_a_failed_install_is_tried_again(
    bootstrap: ModuleType, synced: list[set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise bootstrap.Failed("no network")

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "_sync", fail)
        with pytest.raises(bootstrap.Failed):
            bootstrap.set_up(set(), groups=set())

    bootstrap.set_up(set(), groups=set())

    assert len(synced) == 1


def test_a_folder_that_is_not_writable_is_reported(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    with pytest.raises(bootstrap.Failed, match="is not writable"):
        bootstrap.set_up(set(), groups=set())


def test_a_python_without_pip_is_reported_with_the_package(bootstrap: ModuleType, tmp_path: Path) -> None:
    python = program(tmp_path / "python", "exit 1")

    with pytest.raises(bootstrap.Failed, match="apt-get install python3-pip"):
        bootstrap._install_uv(str(python), {})


def test_a_missing_network_is_reported_on_one_line(bootstrap: ModuleType, tmp_path: Path) -> None:
    failure = "echo 'ERROR: no index' >&2; echo 'ERROR: nothing found' >&2; exit 1"
    python = program(tmp_path / "python", f'[ "$3" = --version ] || {{ {failure}; }}')

    with pytest.raises(bootstrap.Failed, match=r"is the network available.*no index ERROR: nothing found") as failed:
        bootstrap._install_uv(str(python), {})

    assert "\n" not in str(failed.value)


def test_uv_is_not_installed_twice(bootstrap: ModuleType) -> None:
    program(bootstrap.UV, f"echo uv {bootstrap.UV_VERSION}")

    bootstrap._install_uv("/nowhere/python", {})


def test_a_port_in_use_is_reported_before_anything_is_installed(bootstrap: ModuleType) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(bootstrap.Failed, match=rf"port {port} of 127\.0\.0\.1 is in use.*PORT={port + 1}"):
            bootstrap.check_address("127.0.0.1", str(port))


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", "http"), ("127.0.0.1", "70000"), ("192.0.2.1", "8000")])
def test_an_address_that_cannot_be_bound_is_reported(bootstrap: ModuleType, host: str, port: str) -> None:
    with pytest.raises(bootstrap.Failed, match=rf"{port}|{host}"):
        bootstrap.check_address(host, port)


def test_a_path_argument_is_relative_to_the_callers_folder(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test_x.py").touch()
    monkeypatch.chdir(tmp_path)

    assert [bootstrap.with_absolute_path(part) for part in ("test_x.py::test_it", "-k", "test_it")] == [
        f"{tmp_path}/test_x.py::test_it",
        "-k",
        "test_it",
    ]


def pick_python(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run bin/run on a machine that has only the programs in this folder."""
    (folder / "dirname").symlink_to(shutil.which("dirname") or "")
    command = ["/bin/sh", str(ROOT / "bin" / "_python"), "_bootstrap.py", "run"]
    return subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)


def test_an_old_python_is_reported_with_the_supported_versions(tmp_path: Path) -> None:
    program(tmp_path / "python3", '[ "$1" = --version ] && echo Python 3.9.2')

    done = pick_python(tmp_path)

    assert done.returncode == 1
    assert done.stderr == "chatsite needs Python 3.11, 3.12 or 3.13 and found Python 3.9.2 (apt-get install python3)\n"


def test_another_python_is_used_if_the_usual_one_is_too_old(tmp_path: Path) -> None:
    program(tmp_path / "python3", "exit 1")
    program(tmp_path / "python3.12", '[ "$1" = -c ] || printf "%s\\n" "$@"')

    done = pick_python(tmp_path)

    assert done.stdout.splitlines() == ["-B", f"{ROOT}/bin/_bootstrap.py", "run"]


# A whole start, with everything installed


@pytest.mark.process
def test_bin_run_prepares_prints_a_sign_in_link_serves_and_exits_cleanly(
    installed: Path, copied_site: SiteProcess
) -> None:
    copied_site.start(str(installed / "bin/run"))

    assert re.search(rf"{copied_site.url}/accounts/link/\S+", copied_site.output)
    assert copied_site.stop() == 0
    assert "Traceback" not in copied_site.output


@pytest.mark.process
def test_a_second_start_adds_less_than_the_site_itself_takes(installed: Path, copied_site: SiteProcess) -> None:
    copied_site.start(str(installed / "bin/run"))

    def restart(*command: str) -> float:
        copied_site.stop()
        started = monotonic()
        copied_site.start(*command)
        return monotonic() - started

    def site_alone() -> float:
        return restart(str(installed / ".venv/bin/python"), str(installed / "manage.py"), "serve")

    # one of five, because other tests run at the same time
    assert any(restart(str(installed / "bin/run")) <= 2 * site_alone() for _ in range(5))
