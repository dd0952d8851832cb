"""Recordings: the list, the transcript, and the options of the filter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ..accounts.login_sessions import SignedInRequest
from ..models import Collection, Recording, Upload
from ..query import search_text, uuid_of
from . import words
from .filter import OPTIONS, speakers_like, with_title
from .rows import rows
from .shown_transcript import ShownTranscript
from .wanted import Wanted

PAGE = 50


@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """Render a page of 50 recordings, the newest first: of those that the user hears, with ``?q=`` in their title.

    With ``?collection=`` only of that one; one that the user does not hear is as one that does not exist. With
    ``?consent=missing`` only of those without a consent note that the user may change.
    """
    text, collection = search_text(request), _collection(request)
    recordings = _changeable(request, with_title(text, request.user.pk).select_related("collection", "consent_note"))
    if collection:
        recordings = recordings.filter(collection=collection)
    changeable, lacking = Collection.objects.changeable_by(request.user), request.GET.get("consent") == "missing"
    if lacking:
        recordings = recordings.filter(consent_note=None, collection__in=changeable)
    may_add = changeable.exists()
    page = Paginator(recordings, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": rows(list(page)), "q": text, "collection": collection, "lacking": lacking}
    return render(request, "chat/recording_list.html", context | {"may_add": may_add, "may_lack": lacking or may_add})


@require_safe
def options(request: SignedInRequest) -> HttpResponse:
    """Render the first 50 recordings with ``?q=`` in their title as options of the filter."""
    recordings = list(with_title(search_text(request), request.user.pk)[:OPTIONS])
    return render(request, "chat/_recording_options.html", {"options": recordings, "chosen": ()})


@require_safe
def speakers(request: SignedInRequest) -> HttpResponse:
    """Render the names of up to 20 speakers with ``?q=`` in them as suggestions of the filter."""
    names = speakers_like(search_text(request), request.user.pk)
    return render(request, "chat/_speaker_options.html", {"names": names})


@require_safe
def detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Render the transcript by speaker, with times; each segment has the anchor ``segment-N``.

    A page has 2,000 segments. ``?words=`` marks words of one segment, and opens its page, as ``?t=`` opens that of a
    time in seconds. ``?speaker=`` and ``?q=`` show the segments of a speaker, and those with these words, 100 on a
    page.
    """
    context = _transcript(request, uuid)
    return render(request, "chat/recording_detail.html", context | {"is_own": _is_own(context["recording"])})


@require_safe
def segments(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Render only the segments that ``detail`` shows, for a page that replaces its own or adds to them.

    ``?after=``, ``?before=`` and ``?around=`` a number, and ``?at=`` a time in seconds, ask for 500 segments.
    """
    return render(request, "chat/_segments.html", _transcript(request, uuid))


def _collection(request: SignedInRequest) -> Collection | None:
    if "collection" not in request.GET:
        return None
    return get_object_or_404(
        Collection.objects.heard_by(request.user.pk), uuid=uuid_of(request.GET["collection"]) or UUID(int=0)
    )


def _changeable(request: SignedInRequest, recordings: QuerySet[Recording]) -> QuerySet[Recording]:
    """Return recordings with ``may_change``: whether the user may move them and write their consent notes."""
    changeable = Collection.objects.changeable_by(request.user).filter(pk=OuterRef("collection"))
    return recordings.annotate(may_change=Exists(changeable))


def _is_own(recording: Recording) -> bool:
    """Return whether this site has made the transcript, of a file that was sent without one, and can make another."""
    if not settings.TRANSCRIBER:
        return False
    return set(Upload.objects.made_into(recording).values_list("is_transcript", flat=True)) == {False}


def _transcript(request: SignedInRequest, uuid: UUID) -> dict[str, Any]:
    heard = Recording.objects.heard_by(request.user.pk).select_related("collection", "consent_note", "withdrawn_audio")
    recording = get_object_or_404(_changeable(request, heard), uuid=uuid)
    linked = words.parse(request.GET.get("words", ""))
    return {"recording": recording, "transcript": ShownTranscript(recording, Wanted.by(request), linked)}
