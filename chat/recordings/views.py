"""Recordings: the list, the transcript, and the options of the filter."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ..accounts.login_sessions import SignedInRequest
from ..models import Recording, Segment
from ..query import search_text
from . import words
from .filter import OPTIONS, with_title

PAGE = 50


@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """Render a page of 50 recordings: of all, or of those with ``?q=`` in their title."""
    text = search_text(request)
    page = Paginator(with_title(text), PAGE).get_page(request.GET.get("page"))
    counts = _speaker_counts(list(page))
    rows = [(recording, counts.get(recording.pk, 0)) for recording in page]
    return render(request, "chat/recording_list.html", {"page": page, "rows": rows, "q": text})


@require_safe
def options(request: SignedInRequest) -> HttpResponse:
    """Render the first 50 recordings with ``?q=`` in their title as options of the filter."""
    recordings = list(with_title(search_text(request))[:OPTIONS])
    return render(request, "chat/_recording_options.html", {"options": recordings, "chosen": ()})


@require_safe
def detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Render the transcript by speaker, with times; each segment has the anchor ``segment-N``.

    ``?words=`` marks words of one segment.
    """
    recording = get_object_or_404(Recording, uuid=uuid)
    segments = list(Segment.objects.filter(recording=recording).order_by("number"))
    linked = words.parse(request.GET.get("words", ""))
    spoken = next((segment.text for segment in segments if linked and segment.number == linked.segment), "")
    context = {
        "linked": linked and {"number": linked.segment, "text": words.marked(spoken, linked.spans)},
        "recording": recording,
        "speakers": list(dict.fromkeys(segment.speaker for segment in segments if segment.speaker)),
        "runs": [(speaker, list(run)) for speaker, run in groupby(segments, lambda segment: segment.speaker)],
    }
    return render(request, "chat/recording_detail.html", context)


def _speaker_counts(recordings: Collection[Recording]) -> dict[int, int]:
    rows = Segment.objects.filter(recording__in=recordings).exclude(speaker="").order_by().values("recording")
    return dict(rows.annotate(n=Count("speaker", distinct=True)).values_list("recording", "n"))
