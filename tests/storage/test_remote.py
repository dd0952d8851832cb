"""Audio in a volume and in a bucket: stored whole, read by ranges, and what happens when that fails."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from chat.storage import (
    AccessDenied,
    FileChanged,
    FileLost,
    Storage,
    StorageAway,
    StorageFailed,
    Stored,
    exists,
    reading,
    s3,
    storage,
    volume,
)

from ..support.file_server import FileServer

NAME = "audio/1f2e.mp3"
SOUND = bytes(range(256)) * 10_000
"""2,560,000 bytes: several pieces."""


async def placed() -> Storage:
    return await asyncio.to_thread(storage)


async def listened(part: range | None = None) -> bytes:
    """Return what a listener gets of the file."""
    place = await placed()
    file = await reading.find(place, NAME)
    return b"".join([piece async for piece in reading.pieces(place, file, part or range(file.size))])


def test_a_file_is_stored_found_listed_and_deleted(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(b"sound")
    place = storage()

    assert list(place.files("audio")) == []
    assert not exists(place, NAME)
    place.put(NAME, tmp_path / "a.mp3")
    found = place.stored(NAME)
    assert server.files == {server.path_of(NAME): b"sound"}
    assert found.size == 5
    assert [(file.name, file.size, file.modified) for file in place.files("audio")] == [(NAME, 5, found.modified)]

    place.delete(NAME)
    place.delete(NAME)  # which is gone
    assert server.files == {}
    with pytest.raises(FileLost):
        place.stored(NAME)


async def test_a_listener_reads_by_growing_ranges_alone(server: FileServer) -> None:
    server.keep(NAME, SOUND)

    assert await listened(range(100, len(SOUND))) == SOUND[100:]

    ranges = server.ranges  # which fails for a read without a range
    assert ranges[0] == (100, 100 + 64 * 1024 - 1)
    assert all(one[1] + 1 == two[0] for one, two in pairwise(ranges))
    assert max(last - first + 1 for first, last in ranges) == 1024 * 1024
    assert len(ranges) <= 8


async def test_a_read_that_breaks_off_or_is_refused_for_now_is_repeated(server: FileServer) -> None:
    server.keep(NAME, SOUND)
    server.plan = ["cut", 503, None, "cut", 429]

    assert await listened() == SOUND


@pytest.mark.parametrize(
    ("plan", "failure"),
    [([403], AccessDenied), ([404], FileLost), ([503] * 3, StorageAway), (["cut"] * 3, StorageAway)],
)
async def test_a_read_that_fails_says_why(server: FileServer, plan: list[object], failure: type[StorageFailed]) -> None:
    server.keep(NAME, SOUND)
    server.plan = list(plan)

    with pytest.raises(failure):
        await listened()

    assert server.plan == []  # what may be repeated was, and nothing else


async def test_a_file_that_is_replaced_while_it_is_read_is_not_mixed(server: FileServer) -> None:
    server.keep(NAME, SOUND, days_ago=1)
    place = await placed()
    file = await reading.find(place, NAME)
    pieces = reading.pieces(place, file, range(file.size))
    await anext(pieces)

    server.keep(NAME, SOUND[::-1])

    with pytest.raises(FileChanged):
        await anext(pieces)


@pytest.mark.parametrize("server", ["s3"], indirect=True)
@pytest.mark.parametrize("tags", ["weak", "no"])
async def test_a_bucket_without_strong_tags_is_read_and_its_files_are_not_mixed(server: FileServer, tags: str) -> None:
    server.tags = tags
    server.keep(NAME, SOUND, days_ago=1)
    place = await placed()
    file = await reading.find(place, NAME)
    pieces = reading.pieces(place, file, range(file.size))
    first = await anext(pieces)

    assert await listened() == SOUND
    assert first == SOUND[: len(first)]
    server.keep(NAME, SOUND[::-1])
    with pytest.raises(FileChanged):
        await anext(pieces)


@pytest.mark.parametrize("server", ["s3"], indirect=True)
@pytest.mark.parametrize("tags", ["strong", "weak", "no"])
async def test_a_bucket_that_knows_no_conditions_mixes_no_files(server: FileServer, tags: str) -> None:
    server.tags, server.knows_conditions = tags, False
    server.keep(NAME, SOUND, days_ago=1)
    place = await placed()
    file = await reading.find(place, NAME)

    server.keep(NAME, SOUND[::-1])

    with pytest.raises(FileChanged):
        await anext(reading.pieces(place, file, range(file.size)))


async def test_who_goes_away_closes_the_connection_to_the_service(server: FileServer) -> None:
    server.keep(NAME, SOUND)
    server.plan = ["stall"]
    listener = asyncio.create_task(listened())
    assert await asyncio.to_thread(server.stalling.wait, 20)

    listener.cancel()

    assert await asyncio.to_thread(server.gone.wait, 20)
    assert listener.cancelled() or await asyncio.wait([listener])


@pytest.mark.parametrize("server", ["s3"], indirect=True)
def test_a_great_file_is_uploaded_in_parts_and_a_failed_upload_is_aborted(server: FileServer, tmp_path: Path) -> None:
    great = SOUND * 7
    (tmp_path / "a.mp3").write_bytes(great)
    storage().put(NAME, tmp_path / "a.mp3")
    assert server.files == {server.path_of(NAME): great}

    server.refused_parts = 100
    with pytest.raises(StorageFailed):
        storage().put("audio/2.mp3", tmp_path / "a.mp3")

    assert server.aborted.wait(20)
    assert list(server.files) == [server.path_of(NAME)]


@pytest.mark.parametrize("server", ["volume"], indirect=True)
async def test_a_volume_is_read_with_the_token_of_the_listener(server: FileServer) -> None:
    server.keep(NAME, b"sound")
    place = await asyncio.to_thread(storage, "token-of-ana")

    file: Stored = await reading.find(place, NAME)
    assert [piece async for piece in reading.pieces(place, file, range(5))] == [b"sound"]

    assert {asked.headers["authorization"] for asked in server.asked if asked.path.startswith("/Volumes")} == {
        "Bearer token-of-ana"
    }


async def test_a_service_that_is_silent_is_away(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (s3, volume):
        monkeypatch.setattr(kind, "READ_SECONDS", 0.2)
    server.keep(NAME, SOUND)
    server.plan = ["stall"] * 3

    with pytest.raises(StorageAway):
        await listened()

    assert len(server.reads) == 3
