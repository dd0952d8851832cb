"""bin/_bootstrap.py as a module, for a repository in the test's own folder."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from .processes import ROOT


def load_bootstrap(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the script with this folder as its repository."""
    spec = importlib.util.spec_from_file_location("_bootstrap", ROOT / "bin" / "_bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (folder / "uv.lock").write_text("the lock")
    venv, tools, checkers = folder / ".venv", folder / ".tools", folder / "tests/js"
    places = {"ROOT": folder, "VENV": venv, "PYTHON": venv / "bin/python", "SYNCED": venv / ".synced"}
    places |= {"TOOLS": tools, "UV": tools / "bin/uv"}
    places |= {"CHECKERS": checkers, "CHECKERS_SYNCED": checkers / "node_modules/.synced"}
    for name, place in places.items():
        monkeypatch.setattr(module, name, place)
    return module


def program(place: Path, text: str) -> Path:
    """Write a shell script that replaces another program, and return its path."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{text}\n")
    place.chmod(0o755)
    return place
