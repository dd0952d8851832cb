"""The audio of a recording, sent whole or by ranges, so that a browser can seek in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import PurePosixPath
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from ..accounts.forwarded_user import forwarded
from ..accounts.login_sessions import SignedInRequest
from ..database.threads import give_back_connection
from ..models import Recording
from ..storage import Storage, StorageFailed, Stored, reading, storage
from ..upstream.credentials import SignInFailed
from .byte_range import asked_range
from .unheard_audio import no_token, withdrawn, words_of

TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
}


@require_safe
async def audio(request: SignedInRequest, uuid: UUID) -> HttpResponseBase:
    """Send the audio file of a recording: 200, 206 for one range, 304, or 416 for a range outside of the file.

    The database decides who hears it now, and is then left: a listener holds no connection to it. If the file cannot be
    read, the response says why, in words for the listener.
    """
    name = await sync_to_async(_name)(request.user.pk, uuid)
    if name is None:
        return withdrawn()
    token = forwarded(request).token if settings.STORAGE_ON_BEHALF_OF else ""
    if settings.STORAGE_ON_BEHALF_OF and not token:
        return no_token()
    try:
        place = await asyncio.to_thread(storage, token)
        return await _sent(request, place, await reading.find(place, name))
    except (StorageFailed, SignInFailed) as error:
        return words_of(error)


def _name(user_id: int, uuid: UUID) -> str | None:
    """Return the name of the file, None if it was withdrawn, and give the connection to the database back."""
    heard = Recording.objects.heard_by(user_id).select_related("withdrawn_audio")
    try:
        recording = get_object_or_404(heard, uuid=uuid)
    finally:
        give_back_connection()
    if recording.audio_withdrawal:
        return None
    name = recording.audio
    if PurePosixPath(name).suffix.lower() not in TYPES:
        raise Http404
    return name


async def _sent(request: SignedInRequest, place: Storage, file: Stored) -> HttpResponseBase:
    """Return the response of a file. It has read the first piece, and so fails before anything is sent."""
    part = asked_range(request.headers, file)
    modified = int(file.modified.timestamp())
    if unchanged := get_conditional_response(request, etag=file.tag, last_modified=modified):
        return _described(unchanged, file)
    if part is not None and not part:
        response: HttpResponseBase = HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    elif request.method == "HEAD":
        response = HttpResponse(status=200 if part is None else 206)
        _describe_part(response, file, part)
    else:
        pieces = reading.pieces(place, file, range(file.size) if part is None else part)
        first = await anext(pieces, b"")
        response = StreamingHttpResponse(_rest(first, pieces), status=200 if part is None else 206)
        _describe_part(response, file, part)
    return _described(response, file)


async def _rest(first: bytes, pieces: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces, after the middleware has had its turn, and with it perhaps a connection to the database."""
    await sync_to_async(give_back_connection)()
    yield first
    async with aclosing(pieces):
        async for piece in pieces:
            yield piece


def _describe_part(response: HttpResponseBase, file: Stored, part: range | None) -> None:
    response["Content-Type"] = TYPES[PurePosixPath(file.name).suffix.lower()]
    response["Content-Length"] = str(file.size if part is None else len(part))
    response["Content-Disposition"] = "inline"
    if part is not None:
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"


def _described(response: HttpResponseBase, file: Stored) -> HttpResponseBase:
    response["ETag"] = file.tag
    response["Last-Modified"] = http_date(file.modified.timestamp())
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response
