"""Which responses are compressed, and for whom."""

from __future__ import annotations

import json
import zlib
from typing import Any

import brotli
import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient, Client

from chat.models import Recording
from chatsite.compression import QUICK, in_brotli

from ..support.asked import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


def get(client: Client, path: str = "/", accept: str = "gzip, deflate", **headers: str) -> Any:
    return client.get(path, headers={"accept-encoding": accept, **headers})


def unzipped(body: bytes) -> bytes:
    """Return the content of a single gzip file: of several in a row a browser reads the first alone."""
    file = zlib.decompressobj(wbits=31)
    content = file.decompress(body)
    assert (file.eof, file.unused_data) == (True, b"")
    return content


@pytest.fixture
def signed_in(client: Client, carol: User) -> Client:
    client.force_login(carol)
    return client


def test_a_page_is_compressed_and_no_cache_mistakes_it(signed_in: Client) -> None:
    plain, response = signed_in.get("/"), get(signed_in)

    assert response["Content-Encoding"] == "gzip"
    assert {"Accept-Encoding", "Cookie"} <= set(response["Vary"].split(", "))
    assert int(response["Content-Length"]) == len(response.content) < len(plain.content) / 2
    assert unzipped(response.content).endswith(b"</html>\n")


@pytest.mark.parametrize("accept", ["", "identity", "zstd", "br;q=0", "gzip;q=0", "deflate, gzip;q=0.0", "gzipped"])
def test_nothing_is_compressed_for_a_client_that_does_not_accept_it(signed_in: Client, accept: str) -> None:
    response = get(signed_in, accept=accept)

    assert not response.has_header("Content-Encoding")
    assert response.content.endswith(b"</html>\n")


@pytest.mark.parametrize("accept", ["gzip;q=0.5", "br;q=0, gzip", "gzip"])
def test_every_way_of_accepting_is_understood(signed_in: Client, accept: str) -> None:
    assert get(signed_in, accept=accept)["Content-Encoding"] == "gzip"


BROWSERS = "gzip, deflate, br, zstd"
"""What browsers accept on encrypted connections and from this machine."""


@pytest.mark.parametrize("accept", [BROWSERS, "br", "br;q=0.1, gzip"])
def test_a_page_is_smaller_with_brotli_for_who_accepts_it(signed_in: Client, accept: str) -> None:
    zipped, response = get(signed_in), get(signed_in, accept=accept)

    assert response["Content-Encoding"] == "br"
    assert {"Accept-Encoding", "Cookie"} <= set(response["Vary"].split(", "))
    assert int(response["Content-Length"]) == len(response.content) < len(zipped.content)
    assert brotli.decompress(response.content).endswith(b"</html>\n")


@pytest.mark.parametrize("padding", [0, 1, 2, 3, 64, 99])
def test_brotli_with_padding_is_read_as_without(padding: int) -> None:
    content = b"<p>We ship in March.</p>" * 50

    compressed = in_brotli(content, padding)

    assert brotli.decompress(compressed) == content
    assert len(compressed) - len(in_brotli(content, 0)) == (padding + 2 if padding else 0)


@pytest.mark.parametrize(
    ("site", "encoding"),
    [("same-origin", "br"), ("none", "br"), ("cross-site", None), ("same-site", None), ("anything", None)],
)
def test_a_page_that_another_site_requests_has_its_full_length(
    signed_in: Client, site: str, encoding: str | None
) -> None:
    response = get(signed_in, "/search/?q=guess", BROWSERS, **{"sec-fetch-site": site})

    assert response.get("Content-Encoding") == encoding


@pytest.mark.parametrize("accept", [BROWSERS, "gzip"])
def test_the_same_page_differs_in_length(signed_in: Client, accept: str) -> None:
    lengths = {len(get(signed_in, "/accounts/password/", accept).content) for _ in range(20)}

    assert len(lengths) > 5


def test_a_long_page_is_compressed(signed_in: Client) -> None:
    recording = recorded("Heron", *(f"Segment {number} says that we ship in March." for number in range(1000)))

    zipped, response = (get(signed_in, recording.get_absolute_url(), accept) for accept in ("gzip", BROWSERS))

    assert len(unzipped(zipped.content)) > 2 * QUICK
    assert len(brotli.decompress(response.content)) > 2 * QUICK
    assert len(response.content) < len(zipped.content) < QUICK


@pytest.fixture
def long() -> Recording:
    return recorded("Heron", *["We ship in March."] * 2500)


@pytest.mark.django_db(transaction=True)
async def test_a_page_that_is_sent_piece_by_piece_is_compressed(carol: User, long: Recording) -> None:
    client = AsyncClient()
    await client.aforce_login(carol)

    response: Any = await client.get(f"{long.get_absolute_url()}text/", headers={"accept-encoding": "gzip"})
    parts = [part async for part in response.streaming_content]

    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]
    assert unzipped(b"".join(parts)).count(b"We ship in March.") == 2500
    assert b"<h1>" in zlib.decompressobj(wbits=31).decompress(parts[0])  # each piece can be read when it comes


def test_the_description_of_the_api_is_compressed(signed_in: Client) -> None:
    response = get(signed_in, "/api/openapi.json")

    assert response["Content-Encoding"] == "gzip"
    assert "openapi" in json.loads(unzipped(response.content))


def test_a_page_with_nothing_to_save_is_sent_as_it_is(client: Client) -> None:
    response = get(client, "/livez")

    assert response.status_code == 200
    assert not response.has_header("Content-Encoding")


def test_a_part_of_a_file_is_never_compressed(signed_in: Client, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "a.wav").write_bytes(b"RIFF" + bytes(5000))
    recording = recorded("Heron", "We ship in March.", audio="a.wav")

    response = get(signed_in, f"{recording.get_absolute_url()}audio/", range="bytes=100-199")

    assert (response.status_code, response["Content-Length"]) == (206, "100")
    assert not response.has_header("Content-Encoding")
    assert response["ETag"].startswith('"')
