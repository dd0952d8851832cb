"""The review in the admin: staff read all conversations and label their answers, nobody changes a conversation."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST
from typing_extensions import override

from ..accounts.login_sessions import SignedInRequest
from ..accounts.staff_reads import StaffReads
from ..conversations.rendering import turns_of
from ..display import marked
from ..models import COMMENT_LIMIT, Conversation, Refused, ReviewLabel, State, Turn
from ..query import uuid_of
from .forms import LabelForm
from .reviewed import reviewed


class StateFilter(admin.SimpleListFilter):
    """Conversations with a turn in this state."""

    title = "state of a turn"
    parameter_name = "state"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in State]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        if self.value() not in State.values:
            return queryset
        return queryset.filter(pk__in=Turn.objects.filter(state=self.value()).values("conversation"))


class LabelFilter(admin.SimpleListFilter):
    """Conversations with a turn to which a reviewer gave this label, or without any label."""

    title = "review label"
    parameter_name = "label"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((verdict.value, str(verdict.label)) for verdict in ReviewLabel.Verdict), ("none", "None yet")]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        labels = ReviewLabel.objects.filter(turn__conversation=OuterRef("pk"))
        if self.value() == "none":
            return queryset.filter(~Exists(labels))
        if self.value() in ReviewLabel.Verdict.values:
            return queryset.filter(Exists(labels.filter(verdict=self.value())))
        return queryset


@admin.register(Conversation)
class ConversationAdmin(StaffReads, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """The conversations of all users, to read them and to label their answers; not those that were deleted."""

    list_display = ["shown_title", "user", "turn_count", "states", "asked_at"]
    list_filter = [
        StateFilter,
        LabelFilter,
        "asked_at",
        ("user", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["title", "turns__question", "turns__answer"]
    search_help_text = "Words in titles, questions and answers"
    list_select_related = ["user"]
    list_per_page = 50
    show_full_result_count = False
    ordering = ["-asked_at", "-pk"]
    fields = ("shown_title", "user", "created_at", "asked_at")
    readonly_fields = fields
    view_on_site = False

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        """Leave out deleted conversations; add the number of turns, and their states."""
        states = Prefetch("turns", Turn.objects.only("conversation_id", "state"))
        conversations = Conversation.objects.kept().order_by(*self.ordering)
        return conversations.annotate(turn_count=Count("turns")).prefetch_related(states)

    @override
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Add the last 50 turns, or with ``?before=<turn>`` those before it."""
        conversation = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if conversation:
            page = self._page(request, conversation)
            context = {"page": page, "reviewed": reviewed(page, request.user), "verdicts": ReviewLabel.Verdict.choices}
            context |= {"comment_limit": COMMENT_LIMIT}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)

    @override
    def get_urls(self) -> list[Any]:
        """Add the address that receives labels."""
        label = self.admin_site.admin_view(require_POST(self.label))
        return [path("<int:pk>/turns/<uuid:uuid>/label/", label, name="chat_conversation_label"), *super().get_urls()]

    def label(self, request: HttpRequest, pk: int, uuid: UUID) -> HttpResponse:
        """Save this reviewer's label of a turn, and return to the turn."""
        turn = get_object_or_404(Turn, conversation=get_object_or_404(Conversation.objects.kept(), pk=pk), uuid=uuid)
        try:
            LabelForm(request.POST).give(turn, cast(SignedInRequest, request).user)
            messages.success(request, "Your label was saved.")
        except Refused as refused:
            messages.error(request, refused.message)
        before = uuid_of(request.GET.get("before", ""))
        page = reverse("admin:chat_conversation_change", args=[pk])
        return redirect(f"{page}{f'?before={before}' if before else ''}#turn-{turn.uuid}")

    @admin.display(description="title", ordering="title")
    def shown_title(self, conversation: Conversation) -> str:
        """Return the title with its invisible characters made visible."""
        return marked(conversation.title)

    @admin.display(description="turns", ordering="turn_count")
    def turn_count(self, conversation: Conversation) -> int:
        return int(conversation.turn_count)  # type: ignore[attr-defined]  # annotated above

    @admin.display(description="states")
    def states(self, conversation: Conversation) -> str:
        """Return the states of its turns, without duplicates."""
        return ", ".join(sorted({turn.state for turn in conversation.turns.all()}))

    def _page(self, request: HttpRequest, conversation: Conversation) -> Any:
        before = request.GET.get("before")
        turn = get_object_or_404(conversation.turns, uuid=uuid_of(before)) if before else None
        return turns_of(conversation, before=turn)
