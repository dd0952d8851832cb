"""The whole text of a recording on one page without a script, to print, save or read; sent piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from ..accounts.login_sessions import SignedInRequest
from ..database import in_database
from ..models import Recording, Segment
from . import pieces
from .runs import with_asides, within
from .shown_transcript import ShownTranscript, shown_segment
from .wanted import Wanted

_HERE = "{segments}"
"""Stands for the segments in the page around them, and is the last of its kind there: a title comes before it."""


@require_safe
def whole_text(request: SignedInRequest, uuid: UUID) -> HttpResponseBase:
    """Send a page with all segments of a recording, as long as the reader hears it."""
    heard = Recording.objects.heard_by(request.user.pk).select_related("collection")
    recording = get_object_or_404(heard, uuid=uuid)
    transcript = ShownTranscript(recording, Wanted())
    context = {"recording": recording, "speakers": transcript.speakers, "segments": _HERE}
    head, _, tail = render_to_string("chat/recording_text.html", context, request).rpartition(_HERE)
    return StreamingHttpResponse(_parts(head, tail, recording, transcript.total, request.user.pk))


async def _parts(head: str, tail: str, recording: Recording, total: int, user_id: int) -> AsyncIterator[str]:
    yield head
    for number in range(1, Segment.page_of(total) + 1):
        yield await in_database(_text, recording, pieces.page(number, total), user_id)
    yield tail


def _text(recording: Recording, piece: pieces.Piece, user_id: int) -> str:
    if not Recording.objects.heard_by(user_id).filter(pk=recording.pk).exists():
        return ""  # it was moved or deleted while this page was sent
    runs = with_asides(shown_segment(segment) for segment in piece.read(recording))
    return render_to_string("chat/_text_runs.html", {"runs": within(runs, piece.first, piece.last)})
