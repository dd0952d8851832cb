"""The review in the admin: staff read all conversations and label their answers, nobody changes a conversation."""

from __future__ import annotations

from copy import copy
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe
from typing_extensions import override

from ..accounts.login_sessions import SignedInRequest
from ..accounts.staff_reads import StaffReads
from ..conversations.rendering import TurnPage, turns_of
from ..display import marked
from ..models import COMMENT_LIMIT, Conversation, Failure, Refused, ReviewLabel, Turn
from ..pages import SIZE
from ..query import cleaned_search, search_text, uuid_of
from ..search.conversations import in_conversations
from ..search.query import parsed
from . import export
from .change_lists import FilteredList, ReviewList
from .filters import FailureFilter, LabelFilter, StateFilter, UserFilter
from .forms import LabelForm
from .neighbours import neighbours
from .reviewed import reviewed
from .summary import Summary, chips_of_failures, chips_of_labels

FILTERS = "_changelist_filters"
"""The parameter in which Django passes the filter of a list on to the pages of its rows."""


@admin.register(Conversation)
class ConversationAdmin(StaffReads, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """The conversations of all users, to read them and to label their answers; not those that were deleted."""

    list_display = ["shown_title", "shown_user", "turn_count", "failures", "labels", "asked"]
    list_filter = [
        FailureFilter,
        LabelFilter,
        StateFilter,
        "asked_at",
        ("user", UserFilter),
    ]
    search_fields = ["title"]  # which only shows the field: see ``get_search_results``
    search_help_text = "Words in titles, questions, answers and sources"
    list_select_related = ["user"]
    list_per_page = SIZE
    ordering = ["-asked_at", "-pk"]
    fields = ("shown_title", "shown_user", "created_at", "asked_at")
    readonly_fields = fields
    view_on_site = False

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        """Leave out deleted conversations."""
        return self.with_deleted().filter(deleted_at=None)

    def with_deleted(self) -> QuerySet[Conversation]:
        """Return all conversations with what the list is ordered by: how many turns there are, and how many failed.

        A deleted one only tells where its neighbours in the list are.
        """
        turns = Turn.objects.filter(conversation=OuterRef("pk"))
        counts = {"turn_count": _count(turns), "failed_count": _count(turns.filter(failure__in=Failure.values))}
        return Conversation.objects.order_by(*self.ordering).annotate(**counts)

    @override
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[FilteredList]:
        """Return the list of the page; the other pages only need what is in the list, and the order."""
        is_list = request.resolver_match and request.resolver_match.url_name == "chat_conversation_changelist"
        return ReviewList if is_list else FilteredList

    @override
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conversation], search_term: str
    ) -> tuple[QuerySet[Conversation], bool]:
        """Find words by the full text, as users find them in their own conversations; no row comes twice."""
        query = parsed(cleaned_search(search_term))
        reader_id = cast(int, request.user.pk)
        found = in_conversations(query, queryset, reader_id=reader_id) if query.text else queryset
        return found, False

    @override
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Use a plain title, and say why there is nothing to search for in some words."""
        if refusal := parsed(search_text(request)).refusal:
            messages.warning(request, refusal)
        return super().changelist_view(request, {**(extra_context or {}), "title": "Conversations"})

    @override
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Add the last 50 turns, or with ``?before=<turn>`` those before it, and the way through the list."""
        conversation = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if conversation:
            page = self._page(request, conversation)
            context = {"page": page, "reviewed": reviewed(page, request.user), "verdicts": ReviewLabel.Verdict.choices}
            context |= {"comment_limit": COMMENT_LIMIT, "way": self._way(request, conversation, page)}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)

    @override
    def get_urls(self) -> list[Any]:
        """Add the addresses that receive labels and return the list as a file."""
        label = self.admin_site.admin_view(require_POST(self.label))
        exported = self.admin_site.admin_view(require_safe(self.export))
        return [
            path("<int:pk>/turns/<uuid:uuid>/label/", label, name="chat_conversation_label"),
            path("export/", exported, name="chat_conversation_export"),
            *super().get_urls(),
        ]

    def label(self, request: HttpRequest, pk: int, uuid: UUID) -> HttpResponse:
        """Save this reviewer's label of a turn, and return to the turn; the filter of the list stays."""
        turn = get_object_or_404(Turn, conversation=get_object_or_404(Conversation.objects.kept(), pk=pk), uuid=uuid)
        try:
            LabelForm(request.POST).give(turn, cast(SignedInRequest, request).user)
            messages.success(request, "Your label was saved.")
        except Refused as refused:
            messages.error(request, refused.message)
        before = uuid_of(request.POST.get("before", ""))
        return redirect(f"{self._address(request, pk, f'?before={before}' if before else '')}#turn-{turn.uuid}")

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Return the list, with its filter, search and order, as CSV."""
        try:
            listed = self._listed(request, request.GET)
        except IncorrectLookupParameters:
            return redirect("admin:chat_conversation_changelist")

        def address_of(pk: int) -> str:
            return request.build_absolute_uri(reverse("admin:chat_conversation_change", args=[pk]))

        name = f"conversations-{timezone.localdate()}.csv"
        return StreamingHttpResponse(
            export.lines(listed, address_of),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @admin.display(description="title", ordering="title")
    def shown_title(self, conversation: Conversation) -> str:
        """Return the title with its invisible characters made visible."""
        return marked(conversation.title)

    @admin.display(description="user", ordering="user__username")
    def shown_user(self, conversation: Conversation) -> str:
        """Return the user's name with its invisible characters made visible."""
        return marked(conversation.user.get_username())

    @admin.display(description="turns", ordering="turn_count")
    def turn_count(self, conversation: Conversation) -> int:
        return self._summary(conversation).states.total()

    @admin.display(description="failed turns", ordering="failed_count", empty_value="–")
    def failures(self, conversation: Conversation) -> SafeString | None:
        """Return how many turns failed, for each reason."""
        return chips_of_failures(self._summary(conversation))

    @admin.display(description="labels", empty_value="–")
    def labels(self, conversation: Conversation) -> SafeString | None:
        """Return how many labels its turns have, of each kind."""
        return chips_of_labels(self._summary(conversation))

    @admin.display(description="asked", ordering="asked_at")
    def asked(self, conversation: Conversation) -> str:
        """Return when its last question was asked, in the time zone of the reviewer."""
        return date_format(timezone.localtime(conversation.asked_at), "DATETIME_FORMAT")

    def _summary(self, conversation: Conversation) -> Summary:
        return conversation.summary  # type: ignore[attr-defined,no-any-return]  # set by ReviewList

    def _page(self, request: HttpRequest, conversation: Conversation) -> TurnPage:
        before = request.GET.get("before")
        turn = get_object_or_404(conversation.turns, uuid=uuid_of(before)) if before else None
        return turns_of(conversation, cast(int, request.user.pk), before=turn)

    def _listed(self, request: HttpRequest, filters: QueryDict) -> QuerySet[Conversation]:
        """Return what the list has on all its pages with these parameters. Raise ``IncorrectLookupParameters``."""
        of_list = copy(request)
        cast(Any, of_list).GET = filters
        queryset: QuerySet[Conversation] = self.get_changelist_instance(of_list).queryset
        return queryset

    def _way(self, request: HttpRequest, conversation: Conversation, page: TurnPage) -> dict[str, str]:
        """Return the addresses of the list, of its conversations before and after this one, and of other turns."""
        try:
            listed = self._listed(request, QueryDict(request.GET.get(FILTERS, "")))
            previous, following = neighbours(listed, self.get_queryset(request), conversation.pk)
        except IncorrectLookupParameters:
            previous = following = None
        earlier = f"?before={page.turns[0].turn.uuid}" if page.earlier else ""
        return {
            "list": self._preserving(request, reverse("admin:chat_conversation_changelist")),
            "previous": self._address(request, previous) if previous else "",
            "next": self._address(request, following) if following else "",
            "earlier": self._address(request, conversation.pk, earlier) if earlier else "",
            "newest": self._address(request, conversation.pk) if page.later else "",
        }

    def _address(self, request: HttpRequest, pk: int, query: str = "") -> str:
        return self._preserving(request, reverse("admin:chat_conversation_change", args=[pk]) + query)

    def _preserving(self, request: HttpRequest, address: str) -> str:
        """Return an address of the admin with the filter of the list that the user comes from."""
        context: dict[str, Any] = {"opts": self.opts, "preserved_filters": self.get_preserved_filters(request)}
        return str(add_preserved_filters(context, address))


def _count(turns: QuerySet[Turn]) -> Coalesce:
    counted = turns.order_by().values("conversation").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
