"""The audio of a recording: whole, in ranges, and from the browser's cache."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import AsyncClient, Client

from ..support.asked import recorded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]

SOUND = bytes(range(256)) * 4_000
"""1,024,000 bytes: several pieces."""


@pytest.fixture
def audio(settings: Any, tmp_path: Path) -> str:
    """The path of the audio of a recording."""
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "a.mp3").write_bytes(SOUND)
    return f"/recordings/{recorded('Planning', audio='a.mp3').uuid}/audio/"


async def fetched(alice: User, address: str, **headers: str) -> tuple[Any, bytes]:
    """Return the response that alice gets, and its whole body."""
    client = AsyncClient()
    await client.aforce_login(alice)
    response = await client.get(address, headers=headers)
    await sync_to_async(connections.close_all)()  # those of the thread that ran the view
    if not response.streaming:
        return response, response.content
    pieces = cast(Any, response).streaming_content
    return response, b"".join([piece async for piece in pieces])


async def test_audio_is_sent_whole(alice: User, audio: str) -> None:
    response, body = await fetched(alice, audio)

    assert (response.status_code, body) == (200, SOUND)
    assert response["Content-Type"] == "audio/mpeg"
    assert response["Content-Length"] == str(len(SOUND))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Disposition"] == "inline"
    assert response["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("range_header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, 1_023_999),
        ("bytes=300000-700000", 300_000, 700_000),
        ("bytes=1023999-", 1_023_999, 1_023_999),
        ("bytes=1000000-9999999", 1_000_000, 1_023_999),
        ("bytes=-10", 1_023_990, 1_023_999),
        ("bytes=-9999999", 0, 1_023_999),
    ],
)
async def test_a_range_of_audio_is_sent(alice: User, audio: str, range_header: str, first: int, last: int) -> None:
    response, body = await fetched(alice, audio, range=range_header)

    assert (response.status_code, body) == (206, SOUND[first : last + 1])
    assert response["Content-Range"] == f"bytes {first}-{last}/1024000"
    assert response["Content-Length"] == str(len(body))


@pytest.mark.parametrize("range_header", ["bytes=1024000-", "bytes=9999999-9999999", "bytes=-0"])
async def test_a_range_outside_of_the_audio_is_refused(alice: User, audio: str, range_header: str) -> None:
    response, body = await fetched(alice, audio, range=range_header)

    assert (response.status_code, body) == (416, b"")
    assert response["Content-Range"] == "bytes */1024000"


@pytest.mark.parametrize(
    "range_header", ["bytes=5-2", "bytes=0-1,5-6", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=²-", "x"]
)
async def test_a_header_that_is_not_one_range_is_ignored(alice: User, audio: str, range_header: str) -> None:
    response, body = await fetched(alice, audio, range=range_header)

    assert (response.status_code, len(body)) == (200, len(SOUND))


async def test_a_question_for_the_head_alone_reads_nothing(alice: User, audio: str, settings: Any) -> None:
    client = AsyncClient()
    await client.aforce_login(alice)

    response = await client.head(audio, headers={"range": "bytes=5-9"})
    await sync_to_async(connections.close_all)()

    assert (response.status_code, response.streaming) == (206, False)
    assert (response["Content-Range"], response["Content-Length"]) == ("bytes 5-9/1024000", "5")


async def test_a_part_is_sent_again_only_of_the_same_content(alice: User, audio: str) -> None:
    first, _ = await fetched(alice, audio)

    for same in ("ETag", "Last-Modified"):
        response, body = await fetched(alice, audio, **{"range": "bytes=0-9", "if-range": first[same]})
        assert (response.status_code, body) == (206, SOUND[:10])
    for other in ('"other"', "Sat, 01 Jan 2000 00:00:00 GMT"):
        response, _ = await fetched(alice, audio, **{"range": "bytes=0-9", "if-range": other})
        assert response.status_code == 200


async def test_audio_in_the_cache_of_the_browser_is_not_sent_again(alice: User, audio: str) -> None:
    first, _ = await fetched(alice, audio)

    same, body = await fetched(alice, audio, **{"if-none-match": first["ETag"]})
    other, _ = await fetched(alice, audio, **{"range": "bytes=0-9", "if-range": '"other"'})

    assert (same.status_code, body) == (304, b"")
    assert other.status_code == 200


@pytest.mark.parametrize("name", ["", "missing.mp3", "../secret.mp3", "/etc/passwd", "a.svg", "folder.mp3"])
def test_only_audio_below_the_media_folder_is_sent(page: Client, settings: Any, tmp_path: Path, name: str) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media" / "folder.mp3").mkdir(parents=True)
    (tmp_path / "media" / "a.svg").write_text("<svg/>")
    (tmp_path / "secret.mp3").write_text("secret")

    assert page.get(f"/recordings/{recorded(audio=name).uuid}/audio/").status_code == 404
