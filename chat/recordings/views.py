"""Recordings: the list, the transcript, and the options of the filter."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ..accounts.login_sessions import SignedInRequest
from ..models import Recording, Segment
from ..query import search_text

OPTIONS = 50
"""Recordings that the filter offers at once; those chosen come on top."""
PAGE = 50


@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """All recordings by pages of 50, or those with ``?q=`` in their title."""
    text = search_text(request)
    page = Paginator(_with_title(text), PAGE).get_page(request.GET.get("page"))
    counts = _speaker_counts(list(page))
    rows = [(recording, counts.get(recording.pk, 0)) for recording in page]
    return render(request, "chat/recording_list.html", {"page": page, "rows": rows, "q": text})


@require_safe
def options(request: SignedInRequest) -> HttpResponse:
    """The first 50 recordings with ``?q=`` in their title, as choices of the filter."""
    found = list(_with_title(search_text(request))[:OPTIONS])
    return render(request, "chat/_recording_options.html", {"options": found, "chosen": ()})


@require_safe
def detail(request: SignedInRequest, name: UUID) -> HttpResponse:
    """The transcript, by speaker, with times; each segment has the anchor ``segment-N``."""
    recording = get_object_or_404(Recording, uuid=name)
    segments = list(Segment.objects.filter(recording=recording).order_by("number"))
    context = {
        "recording": recording,
        "speakers": list(dict.fromkeys(segment.speaker for segment in segments if segment.speaker)),
        "runs": [(speaker, list(run)) for speaker, run in groupby(segments, lambda segment: segment.speaker)],
    }
    return render(request, "chat/recording_detail.html", context)


def filter_options(chosen: Collection[UUID]) -> dict[str, Any]:
    """What the filter of the composer needs: the chosen recordings that still exist, then the first 50 others."""
    recordings = list(Recording.objects.filter(uuid__in=chosen)) if chosen else []
    others = list(Recording.objects.exclude(uuid__in=[recording.uuid for recording in recordings])[:OPTIONS])
    return {
        "options": recordings + others,
        "chosen": {recording.uuid for recording in recordings},
        "filter_summary": _summary(recordings),
    }


def _summary(chosen: Sequence[Recording]) -> str:
    if not chosen:
        return "All recordings"
    return chosen[0].title if len(chosen) == 1 else f"{len(chosen)} recordings"


def _with_title(text: str) -> QuerySet[Recording]:
    return Recording.objects.filter(title__icontains=text) if text else Recording.objects.all()


def _speaker_counts(recordings: Collection[Recording]) -> dict[int, int]:
    rows = Segment.objects.filter(recording__in=recordings).exclude(speaker="").order_by().values("recording")
    return dict(rows.annotate(n=Count("speaker", distinct=True)).values_list("recording", "n"))
