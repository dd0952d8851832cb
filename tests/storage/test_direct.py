"""Parts that are written past the memory of the system, where the file system can do that."""

from __future__ import annotations

import fcntl
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from chat.storage import direct
from chat.storage.direct import BLOCK, BUFFER, write


def written(path: Path, offset: int, content: bytes) -> bytes:
    """Write a part to a file with something else in it, and return what the file has there."""
    path.write_bytes(b"." * (offset + len(content) + 5))
    file = os.open(path, os.O_RDWR)
    try:
        write(file, offset, BytesIO(content))
    finally:
        os.close(file)
    whole = path.read_bytes()
    assert (whole[:offset], whole[offset + len(content) :]) == (b"." * offset, b"." * 5)
    return whole[offset : offset + len(content)]


@pytest.mark.parametrize("length", [0, 1, BLOCK, BLOCK + 1, BUFFER - 1, BUFFER, 2 * BUFFER + BLOCK, 2 * BUFFER + 17])
@pytest.mark.parametrize("offset", [0, 3, BLOCK, BUFFER])
def test_the_bytes_of_a_part_are_those_that_came(tmp_path: Path, offset: int, length: int) -> None:
    content = os.urandom(length)

    assert written(tmp_path / "file", offset, content) == content


def test_a_file_system_that_cannot_write_directly_gets_the_bytes_as_usual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: int, command: int, argument: int = 0) -> Any:
        if argument & os.O_DIRECT:
            raise OSError("Invalid argument")
        return control(file, command, argument)

    control, content = fcntl.fcntl, os.urandom(2 * BUFFER)
    monkeypatch.setattr(fcntl, "fcntl", refuse)

    assert written(tmp_path / "file", 0, content) == content


def test_a_disk_that_takes_a_part_of_a_buffer_gets_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put, content = os.pwrite, os.urandom(BUFFER + 1)
    monkeypatch.setattr(os, "pwrite", lambda file, data, offset: put(file, data[: len(data) // 2 + 1], offset))

    assert written(tmp_path / "file", 0, content) == content


def test_a_system_without_direct_writing_gets_the_bytes_as_usual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct, "_DIRECT", 0)
    content = os.urandom(BUFFER)

    assert written(tmp_path / "file", 0, content) == content


def test_a_full_disk_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space"):
        written(tmp_path / "file", 0, os.urandom(BUFFER))
