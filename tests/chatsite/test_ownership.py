"""Files of another user, as seen by a process that is not root."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatsite import ownership


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the files that this process, which is not root, may not use."""
    names: set[str] = set()
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name not in names)
    return names


@pytest.mark.parametrize("name", ["secret_key", "static", "media", "prepare.lock"])
def test_a_file_of_another_user_in_the_data_folder_is_named_with_its_remedy(
    tmp_path: Path, locked: set[str], name: str
) -> None:
    (tmp_path / name).touch()
    ownership.check_folder("DATA_DIR", tmp_path)
    locked.add(name)

    with pytest.raises(ImproperlyConfigured) as raised:
        ownership.check_folder("DATA_DIR", tmp_path)

    assert str(raised.value).startswith(f"DATA_DIR: {tmp_path}/{name} belongs to ")
    assert str(raised.value).endswith(f"as root, run: chown -R user 4242 {tmp_path}".replace("user 4242", "4242"))


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", ".serving"])
def test_so_are_the_database_and_the_files_beside_it(tmp_path: Path, locked: set[str], suffix: str) -> None:
    (tmp_path / f"chat.sqlite3{suffix}").touch()
    ownership.check_sqlite("DATABASE_URL", tmp_path / "chat.sqlite3")
    locked.add(f"chat.sqlite3{suffix}")

    with pytest.raises(ImproperlyConfigured, match=rf"DATABASE_URL: \S+/chat\.sqlite3{suffix} belongs to .*chown"):
        ownership.check_sqlite("DATABASE_URL", tmp_path / "chat.sqlite3")


def test_a_folder_that_is_not_writable_names_its_owner(tmp_path: Path, locked: set[str]) -> None:
    locked.add(tmp_path.name)

    with pytest.raises(ImproperlyConfigured, match=r"DATA_DIR: .* belongs to .* is not writable for .*another folder"):
        ownership.check_folder("DATA_DIR", tmp_path)
