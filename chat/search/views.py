"""The page of results: one search in recordings and in the user's own conversations."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..accounts.login_sessions import SignedInRequest
from ..models import Conversation, Scope, show_earlier_titles
from ..pages import counted, in_words
from ..query import page_number, search_text
from .conversations import details, in_conversations
from .places import places, with_words_in_title
from .query import parsed

PAGE = 20
"""Places on a page."""
CONVERSATIONS = 3
"""Conversations on the first page; the list of all conversations has the others."""


@require_safe
def search(request: SignedInRequest) -> HttpResponse:
    """Show what was said with the words in ``?q=``, 20 places on a page, and first the own conversations with them."""
    query, page = parsed(search_text(request)), page_number(request)
    scope = Scope.begin(request.user.pk)
    found = places(query, scope, (page - 1) * PAGE, page * PAGE)
    own = in_conversations(query, Conversation.objects.found_of(request.user.pk), reader_id=request.user.pk)
    shown = list(own[:CONVERSATIONS]) if page == 1 else []
    show_earlier_titles(shown, request.user.pk)
    count = counted(own) if len(shown) == CONVERSATIONS else len(shown)
    context = {
        "query": query,
        "page_number": page,
        "places": found,
        "titles": with_words_in_title(query, scope) if page == 1 else [],
        "conversations": details(query, shown, request.user.pk) if shown else [],
        "conversation_count": count,
        "conversation_total": in_words(count),
        "has_recordings": not scope.is_empty,
    }
    return render(request, "chat/search.html", context)
