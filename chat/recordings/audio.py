"""The audio of a recording, sent whole or by ranges, so that a browser can seek in it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils._os import safe_join
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from ..accounts.login_sessions import SignedInRequest
from ..models import Recording

TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
}
PIECE = 256 * 1024
"""Bytes that are read at a time and held in memory."""

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@require_safe
def audio(request: SignedInRequest, uuid: UUID) -> HttpResponseBase:
    """Send the audio file of a recording: 200, 206 for one range, 304, or 416 for a range outside of the file."""
    path = _path(get_object_or_404(Recording.objects.heard_by(request.user.pk), uuid=uuid))
    size, etag = path.stat().st_size, f'"{path.stat().st_mtime_ns:x}-{path.stat().st_size:x}"'
    range_header = request.headers.get("Range", "") if request.headers.get("If-Range", etag) == etag else ""
    part = _part(range_header, size)
    if part is not None and not part:
        response: HttpResponseBase = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        response = _response(path, part or range(size), size, status=200 if part is None else 206)
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return get_conditional_response(request, etag=etag, response=cast(HttpResponse, response)) or response


def _path(recording: Recording) -> Path:
    try:
        path = Path(safe_join(settings.MEDIA_ROOT, recording.audio))
    except SuspiciousFileOperation:
        raise Http404 from None
    if not recording.audio or path.suffix.lower() not in TYPES or not path.is_file():
        raise Http404
    return path


def _part(range_header: str, size: int) -> range | None:
    """Return the bytes that a Range header asks for, empty if it is outside of the file; None for the whole file.

    Ignore a header that is not exactly one range of bytes, as RFC 9110 allows.
    """
    match = _RANGE.fullmatch(range_header.replace(" ", ""))
    if not match or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _response(path: Path, part: range, size: int, *, status: int) -> HttpResponseBase:
    response = StreamingHttpResponse(_pieces(path, part), status=status, content_type=TYPES[path.suffix.lower()])
    response["Content-Length"] = str(len(part))
    response["Content-Disposition"] = "inline"
    if status == 206:
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return response


async def _pieces(path: Path, part: range) -> AsyncIterator[bytes]:
    with await sync_to_async(_open, thread_sensitive=False)(path, part.start) as file:
        left = len(part)
        while left > 0 and (piece := await sync_to_async(file.read, thread_sensitive=False)(min(PIECE, left))):
            left -= len(piece)
            yield piece


def _open(path: Path, at: int) -> BinaryIO:
    file = path.open("rb")
    file.seek(at)
    return file
