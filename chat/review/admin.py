"""The review in the admin: reviewers read conversations and label their answers, nobody changes a conversation."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from typing_extensions import override

from ..accounts.login_sessions import SignedInRequest
from ..models import Conversation, Refused, Review, Turn
from ..pages import PARAMETERS, counted, in_words
from ..query import uuid_of
from ..turns.nudges import REVIEWS_TOPIC
from ..turns.runner import runner
from . import export
from .forms import LabelForm, ReasonForm, SearchForm
from .listing import FILTERS
from .reading import ReadingAdmin
from .remembered import Remembered, Search
from .searching import SEARCH, search_of


@admin.register(Conversation)
class ConversationAdmin(ReadingAdmin):
    """The conversations of all users, to read them and to label their answers; not those that were deleted."""

    @override
    def get_urls(self) -> list[Any]:
        """Add the addresses that receive labels, search in texts and return the list as a file."""
        label = self.admin_site.admin_view(require_POST(self.label))
        search, exported = (self.admin_site.admin_view(view) for view in (self.search, self.export))
        return [
            path("<int:pk>/turns/<uuid:uuid>/label/", label, name="chat_conversation_label"),
            path("search/", search, name="chat_conversation_search"),
            path("export/", exported, name="chat_conversation_export"),
            *super().get_urls(),
        ]

    @override
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Use a plain title, and ask again for a search whose reason was given an hour ago."""
        if SEARCH in request.GET and search_of(request) is None:
            messages.warning(request, "Please say again what you search for, and why: that was an hour ago.")
            return redirect("admin:chat_conversation_search")
        search = self.preserving(request, reverse("admin:chat_conversation_search"))
        return super().changelist_view(request, {"title": "Conversations", "search_address": search})

    def search(self, request: HttpRequest) -> HttpResponse:
        """Ask what to search for in texts, and why; lead on to the list of what is found, with its filter."""
        form = SearchForm(request.POST or None)
        if form.is_valid():
            search = Search(form.cleaned_data["words"], form.cleaned_data["reason"])
            filters = QueryDict(request.GET.get(FILTERS, ""), mutable=True)
            for name in PARAMETERS:  # of the page of the list
                filters.pop(name, None)
            filters[SEARCH] = Remembered(request.session).keep_search(search)
            return redirect(f"{reverse('admin:chat_conversation_changelist')}?{filters.urlencode()}")
        return self._form(request, form, "search", {"title": "Search in texts"})

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Return the list, with its filter, search and order, as CSV; ask why first, and record each conversation."""
        try:
            listed = self.listed(request, request.GET)
        except IncorrectLookupParameters:
            return redirect("admin:chat_conversation_changelist")
        form = ReasonForm(request.POST or None)
        if not form.is_valid():
            shown = in_words(counted(listed))
            return self._form(request, form, "export", {"title": "Export as CSV", "shown": shown})
        keys = export.recorded(listed, request.user, form.cleaned_data["reason"])

        def address_of(pk: int) -> str:
            return request.build_absolute_uri(reverse("admin:chat_conversation_change", args=[pk]))

        name = f"conversations-{timezone.localdate()}.csv"
        return StreamingHttpResponse(
            export.lines(keys, address_of),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def label(self, request: HttpRequest, pk: int, uuid: UUID) -> HttpResponse:
        """Save this reviewer's label of a turn, and return to the turn; the filter of the list stays."""
        opening = Review.of(request.user).may_open(get_object_or_404(self.get_queryset(request), pk=pk))
        turn = get_object_or_404(opening.turns if opening else Turn.objects.none(), uuid=uuid)
        try:
            LabelForm(request.POST).give(turn, cast(SignedInRequest, request).user)
            runner.wake(REVIEWS_TOPIC)
            messages.success(request, "Your label was saved.")
        except Refused as refused:
            messages.error(request, refused.message)
        before = uuid_of(request.POST.get("before", ""))
        return redirect(f"{self.address(request, pk, f'?before={before}' if before else '')}#turn-{turn.uuid}")

    def _form(self, request: HttpRequest, form: ReasonForm, name: str, context: dict[str, Any]) -> HttpResponse:
        context |= self.admin_site.each_context(request) | {"opts": self.opts, "form": form}
        context |= {"action": request.get_full_path(), "reasons": Remembered(request.session).reasons()}
        status = 400 if form.is_bound else 200
        return TemplateResponse(request, f"admin/chat/conversation/{name}.html", context, status=status)
