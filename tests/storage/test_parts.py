"""Files that come in parts: on a disk they grow, in a volume or a bucket each part is stored until all are joined."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from errno import ENOSPC
from io import BytesIO
from pathlib import Path

import pytest
from pytest_django import Settings

from chat.storage import FileLost, Storage, StorageFailed, exists, parts, storage
from chat.storage import local as local_files
from chat.storage.disk import Disk
from chat.storage.local import copies_folder, local, sweep_copies, temporary_copy
from chat.storage.parts import delete_parts, join, put_part

from ..support.file_server import FileServer

NAME = "incoming/5f1c.mp3"
SOUND = bytes(range(256)) * 10_000
OFFSETS = (0, 1_000_000, 2_000_000)


def send(place: Storage, *offsets: int) -> None:
    for offset in offsets:
        put_part(place, NAME, offset, BytesIO(SOUND[offset : offset + 1_000_000]))


def names(place: Storage) -> list[str]:
    return sorted(file.name for file in place.files("incoming"))


def content(place: Storage) -> bytes:
    with local(place, NAME) as path:
        return path.read_bytes()


def test_parts_are_joined_to_the_file_and_go(server: FileServer) -> None:
    send(storage(), *OFFSETS[:2])
    assert not exists(storage(), NAME)
    send(storage(), OFFSETS[1], OFFSETS[2])  # as another process goes on, and repeats one

    join(storage(), NAME, OFFSETS)

    assert names(storage()) == [NAME]
    assert content(storage()) == SOUND


def test_joining_again_changes_nothing(server: FileServer) -> None:
    send(storage(), *OFFSETS)
    join(storage(), NAME, OFFSETS)
    send(storage(), OFFSETS[0])  # a part that a crash has left

    join(storage(), NAME, OFFSETS)

    assert names(storage()) == [NAME]
    assert content(storage()) == SOUND


def test_a_missing_part_makes_no_file(server: FileServer) -> None:
    send(storage(), OFFSETS[0], OFFSETS[2])

    with pytest.raises(FileLost):
        join(storage(), NAME, OFFSETS)

    assert not exists(storage(), NAME)
    delete_parts(storage(), NAME, OFFSETS)
    assert names(storage()) == []


def test_no_room_for_a_copy_on_this_machine_is_a_failure_of_the_storage(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(storage(), *OFFSETS)

    def full(*_: object, **__: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    for module in (local_files, parts):
        monkeypatch.setattr(module, "temporary_copy", full)

    with pytest.raises(StorageFailed, match="No space left"):
        send(storage(), 0)
    with pytest.raises(StorageFailed, match="No space left"):
        join(storage(), NAME, OFFSETS)
    monkeypatch.setattr(parts, "temporary_copy", temporary_copy)
    join(storage(), NAME, OFFSETS)
    with pytest.raises(StorageFailed, match="No space left"):
        content(storage())


def test_copies_are_in_a_folder_of_the_site_and_what_a_killed_process_leaves_is_swept(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    sweep_copies(timedelta(days=1))  # there is no folder yet
    with temporary_copy(".mp3") as copy:
        assert [path.suffix for path in copies_folder().iterdir()] == [".mp3"]
    old, young = copies_folder() / "old.mp3", copies_folder() / "young.mp3"
    for file, days in ((old, 1.1), (young, 0.9)):
        file.touch()
        os.utime(file, (time.time() - days * 86400,) * 2)

    sweep_copies(timedelta(days=1))

    assert [*tmp_path.rglob("*.mp3")] == [young]
    assert copy.closed


def test_a_file_of_the_disk_grows_and_gets_its_name_at_the_end(tmp_path: Path) -> None:
    place = Disk(tmp_path)
    send(place, *OFFSETS[:2])
    assert names(place) == [f"{NAME}.part"]
    send(Disk(tmp_path), OFFSETS[1], OFFSETS[2])

    for _ in range(2):
        join(place, NAME, OFFSETS)

    assert names(place) == [NAME]
    assert content(place) == SOUND
    with local(place, NAME) as path:
        assert path == tmp_path / NAME  # no copy
