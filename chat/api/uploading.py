"""Files that a program sends, for new recordings: the same batches and pieces as those of the page."""

from __future__ import annotations

from uuid import UUID

import msgspec
from asgiref.sync import sync_to_async
from django.http import HttpResponse
from msgspec import Struct

from ..body import body_in, reads_body
from ..database import in_database
from ..uploads import own
from ..uploads.beginning import begin_batch
from ..uploads.wire import SAID_LIMIT, SaidBatch
from .access import ApiRequest, api
from .question import request_id_in


async def begin_sending(request: ApiRequest) -> HttpResponse:
    """Begin a batch of files. The header ``Idempotency-Key`` makes sure that it is begun once."""
    said = body_in(request, SaidBatch, what="batch of files", limit=SAID_LIMIT)
    return _json(await in_database(begin_batch, request.login_session.user, said, request_id_in(request)), 201)


@api("GET")
async def uploads(request: ApiRequest) -> HttpResponse:
    """Return the files of the user that are not complete."""
    return _json(await in_database(own.open_files, request.login_session.user_id))


@api("GET", "HEAD", "DELETE")
async def upload(request: ApiRequest, uuid: UUID) -> HttpResponse:
    """Return how far a file is; DELETE gives it up."""
    return await sync_to_async(_answered)(request, uuid)


@reads_body
@api("PUT", counted=False)
async def piece(request: ApiRequest, uuid: UUID, offset: int) -> HttpResponse:
    """Store a piece of a file while it comes, in a thread of this request alone."""
    file, status = await sync_to_async(own.received)(request, request.login_session.user_id, uuid, offset)
    return _json(file, status)


def _answered(request: ApiRequest, uuid: UUID) -> HttpResponse:
    found = own.own(request.login_session.user_id, uuid)
    if request.method == "DELETE":
        own.end(found)
        return HttpResponse(status=204)
    return _json(own.shown(found))


def _json(content: Struct, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(content), status=status, content_type="application/json")
