"""The page on which users see who has read what they asked."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ..accounts.login_sessions import SignedInRequest
from ..models import AccessEvent, Conversation
from ..pages import page_of
from ..query import uuid_of
from .reads import shown_reads


@require_safe
def reads(request: SignedInRequest) -> HttpResponse:
    """Show the reads by others, 50 on a page, the latest first; with ``?of=`` those of one conversation."""
    user_id = request.user.pk
    events = AccessEvent.objects.of_owner(user_id).exclude(actor_id=user_id)
    of = None
    if "of" in request.GET:
        of = get_object_or_404(Conversation.objects.of(user_id), uuid=uuid_of(request.GET["of"]))
        events = events.filter(conversation=of.uuid)
    page = page_of(events, request.GET, lambda name: events.filter(pk=int(name) if _is_number(name) else 0))
    context = {"page": page, "reads": shown_reads(page.rows, user_id), "of": of}
    return render(request, "accounts/reads.html", context)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
