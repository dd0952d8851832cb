"""The pages about data and about reviewers, for everyone who is signed in."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..accounts.login_sessions import SignedInRequest
from ..models import AccessEvent
from ..models import reviewers as all_reviewers
from ..pages import page_of
from .facts import sections

SHOWN = 200
"""Most reviewers that are named."""


@require_safe
def data(request: SignedInRequest) -> HttpResponse:
    """Show what the site does with what people ask and say, as its settings have it."""
    return render(request, "about/data.html", {"sections": sections(request.user.pk)})


@require_safe
def reviewers(request: SignedInRequest) -> HttpResponse:
    """Name who may read the conversations of others, and each change of that group with who has made it."""
    found = list(all_reviewers().order_by("username")[: SHOWN + 1])
    page = page_of(AccessEvent.objects.of_reviewers(), request.GET, _event)
    context = {"reviewers": found[:SHOWN], "are_more": len(found) > SHOWN, "page": page}
    return render(request, "about/reviewers.html", context)


def _event(name: str) -> QuerySet[AccessEvent]:
    is_key = name.isascii() and name.isdigit() and len(name) < 19
    return AccessEvent.objects.filter(pk=name) if is_key else AccessEvent.objects.none()
