"""Pages and data compressed, as far as that reveals nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from gzip import GzipFile
from io import BytesIO
from secrets import randbelow
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from servestatic.utils import parse_accept_encoding

COMPRESSED = frozenset({"application/json", "text/csv", "text/html"})
"""The kinds of content to compress. Events must arrive at once, and ranges of audio as they are in its file."""
SHORTEST = 200
"""Bytes of the shortest content that is compressed, as of Django's."""
QUALITY = 5
"""Of brotli: takes as long as gzip, where one more saves half a percent, and the best ten times as long."""
QUICK = 64 * 1024
"""Bytes that compress in about two milliseconds; more go to a thread, because they would hold up all streams."""
OWN = frozenset({"same-origin", "none"})
"""The values of ``Sec-Fetch-Site`` for a request that no other site has caused."""


class CompressionMiddleware:
    """Compresses HTML, JSON and CSV with brotli or gzip for clients that accept one.

    BREACH guesses what is secret on a page: the attacker's site has the browser fetch it again and again with guesses
    in the address, and an observer of the network sees by the length which guess repeats text of the page. It learns
    nothing here, for three reasons. A browser says when another site caused a request (``Sec-Fetch-Site``, on every
    connection that is encrypted at all), and that response is not compressed: a link from elsewhere opens a page at its
    full length. Django masks CSRF tokens differently in each response, so there is no token to guess. For browsers
    without that header it makes each response longer by up to 100 random bytes; and as our cookies have SameSite, an
    attacker gets a page only by a navigation that the user sees, one for each of thousands of guesses.
    """

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        self._gzip = GZipMiddleware(lambda _: None)  # type: ignore[arg-type]  # only its part for responses is used
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, and compress its response."""
        response = await self.get_response(request)
        if not _may_compress(request, response):
            return response
        if isinstance(response, StreamingHttpResponse) and response.is_async:
            return _streamed(response) if "gzip" in _accepted(request) else response
        if not isinstance(response, HttpResponse):
            return self._gzip.process_response(request, response)
        if len(response.content) <= QUICK:
            return self._whole(request, response)
        return await asyncio.to_thread(self._whole, request, response)

    def _whole(self, request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
        if "br" in _accepted(request):
            return _shrunk(response)
        return self._gzip.process_response(request, response)


def _shrunk(response: HttpResponse) -> HttpResponse:
    """Compress a response as ``GZipMiddleware`` does, but with brotli, which makes pages a tenth smaller."""
    content = response.content
    if len(content) < SHORTEST or response.has_header("Content-Encoding"):
        return response
    patch_vary_headers(response, ["Accept-Encoding"])
    compressed = in_brotli(content, padding=randbelow(GZipMiddleware.max_random_bytes))
    if len(compressed) >= len(content):
        return response
    response.content = compressed
    response["Content-Length"] = str(len(compressed))
    response["Content-Encoding"] = "br"
    if response.get("ETag", "").startswith('"'):
        response["ETag"] = f"W/{response['ETag']}"
    return response


def in_brotli(content: bytes, padding: int) -> bytes:
    """Compress with as many bytes more as ``padding`` says, in a block that decoders skip (RFC 7932, section 9.2)."""
    import brotli  # here, because a start does without it

    compressor = brotli.Compressor(mode=brotli.MODE_TEXT, quality=QUALITY)
    whole = compressor.process(content) + compressor.flush()
    if padding:
        head = 0b01_0_11_0 | padding - 1 << 6  # one byte of length, reserved, metadata, not the last
        whole += head.to_bytes(2, "little") + bytes(padding)
    return bytes(whole + compressor.finish())


def _streamed(response: StreamingHttpResponse) -> StreamingHttpResponse:
    """Compress a response that is sent piece by piece.

    Django makes a file of its own from each piece, of which Chromium reads only the first.
    """
    patch_vary_headers(response, ["Accept-Encoding"])
    response.streaming_content = _gzipped(cast("AsyncIterator[bytes]", response.streaming_content))
    response["Content-Encoding"] = "gzip"
    return response


async def _gzipped(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    buffer = BytesIO()
    file = GzipFile(filename="a" * randbelow(GZipMiddleware.max_random_bytes), mode="wb", fileobj=buffer, mtime=0)

    def compressed(piece: bytes) -> bytes:
        file.write(piece)
        file.flush()
        return _taken(buffer)

    async for piece in pieces:
        yield compressed(piece) if len(piece) <= QUICK else await asyncio.to_thread(compressed, piece)
    file.close()
    yield _taken(buffer)


def _taken(buffer: BytesIO) -> bytes:
    """Return what is in the buffer, and empty it."""
    content = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return content


def _may_compress(request: HttpRequest, response: HttpResponseBase) -> bool:
    kind = response.get("Content-Type", "").partition(";")[0].strip()
    if kind not in COMPRESSED or response.status_code == 206:
        return False
    if not _accepted(request):
        return False
    return request.headers.get("Sec-Fetch-Site", "none") in OWN


def _accepted(request: HttpRequest) -> set[str]:
    accepted: set[str] = parse_accept_encoding(request.headers.get("Accept-Encoding", ""))
    return accepted & {"br", "gzip"}
