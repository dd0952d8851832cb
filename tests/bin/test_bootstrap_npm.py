"""How bin/test installs tsc and ESLint."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from types import ModuleType

import pytest

from ..support.bootstrapped import load_bootstrap, program
from ..support.processes import ROOT


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """bin/_bootstrap.py, for a repository with a lock for npm, on a machine without npm."""
    module = load_bootstrap(tmp_path, monkeypatch)
    module.CHECKERS.mkdir(parents=True)
    (module.CHECKERS / "package-lock.json").write_text("the lock")
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    return module


def install_npm(folder: Path, text: str) -> None:
    program(folder / "programs/npm", f"export PATH={os.defpath}\n{text}")


def test_each_lock_is_installed_once(bootstrap: ModuleType, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    install_npm(tmp_path, f'echo "$PWD $1" >> {calls}; rm -rf node_modules; mkdir node_modules')

    for lock in ("the lock", "the lock", "another lock", "another lock"):
        (bootstrap.CHECKERS / "package-lock.json").write_text(lock)
        bootstrap.set_up_checkers()

    assert calls.read_text().splitlines() == [f"{bootstrap.CHECKERS} ci"] * 2


def test_without_npm_nothing_is_installed(bootstrap: ModuleType) -> None:
    bootstrap.set_up_checkers()

    assert not bootstrap.CHECKERS_SYNCED.exists()


def test_npm_without_a_network_is_reported_on_one_line_and_tried_again(bootstrap: ModuleType, tmp_path: Path) -> None:
    install_npm(
        tmp_path,
        "echo 'npm error code ENOTFOUND' >&2; echo 'npm error     at connect (net.js:1)' >&2\n"
        "echo 'npm error A complete log of this run can be found in: /x' >&2; exit 1",
    )

    for _ in range(2):
        with pytest.raises(bootstrap.Failed) as failed:
            bootstrap.set_up_checkers()

        assert str(failed.value).endswith("is the network available? npm says: code ENOTFOUND")


def test_an_npm_without_node_is_reported_with_the_error_of_the_shell(bootstrap: ModuleType, tmp_path: Path) -> None:
    install_npm(tmp_path, "echo 'env: node: No such file or directory' >&2; exit 127")

    with pytest.raises(bootstrap.Failed, match="npm says: env: node: No such file or directory"):
        bootstrap.set_up_checkers()


@pytest.mark.parametrize(("arguments", "installs"), [([], ["checkers"]), (["tests/test_x.py"], [])])
def test_only_a_run_of_all_checks_installs_the_checkers(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], installs: list[str]
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(bootstrap, "set_up", lambda extras, groups: None)
    monkeypatch.setattr(bootstrap, "set_up_checkers", lambda: installed.append("checkers"))
    monkeypatch.setattr(os, "execv", lambda python, command: None)
    monkeypatch.setattr(os, "environ", {**os.environ})
    monkeypatch.chdir(bootstrap.ROOT)

    bootstrap.main("test", arguments)

    assert installed == installs


def test_the_lock_fixes_each_version_and_names_no_other_registry() -> None:
    package_json = json.loads((ROOT / "tests/js/package.json").read_text())
    locked = json.loads((ROOT / "tests/js/package-lock.json").read_text())["packages"]
    packages = [package for name, package in locked.items() if name]

    assert "dependencies" not in package_json
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package_json["devDependencies"].values())
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    registry = "https://registry.npmjs.org/"
    assert all(package.get("resolved", registry).startswith(registry) for package in packages)
