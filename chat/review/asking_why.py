"""The forms that ask a reviewer why, before a conversation, and before the name of its owner."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from typing_extensions import override

from ..display import marked
from ..models import AccessEvent, Conversation, How, Kind, Pseudonym
from ..query import uuid_of
from .forms import ReasonForm
from .listing import FILTERS, ListingAdmin
from .remembered import Remembered
from .searching import SEARCH
from .summary import chips_of_failures, chips_of_labels, summaries

_PAGES: dict[str, str] = {How.PAGE: "change", How.PRINT: "print", How.HISTORY: "history"}


class ReasonAdmin(ListingAdmin):
    """Asks for reasons. A reason counts for one conversation, and for an hour."""

    @override
    def get_urls(self) -> list[Any]:
        """Add the addresses of the forms."""
        reason, unmask = (self.admin_site.admin_view(view) for view in (self.reason, self.unmask))
        return [
            path("<int:pk>/reason/", reason, name="chat_conversation_reason"),
            path("<int:pk>/unmask/", unmask, name="chat_conversation_unmask"),
            *super().get_urls(),
        ]

    def ask_why(self, request: HttpRequest, conversation: Conversation, how: How) -> HttpResponse:
        """Show the form before a page of a conversation; it leads on to that page."""
        query = QueryDict(mutable=True)
        query["how"] = str(how)
        query.update({name: request.GET[name] for name in ("before", FILTERS) if name in request.GET})
        action = f"{reverse('admin:chat_conversation_reason', args=[conversation.pk])}?{query.urlencode()}"
        form = ReasonForm(initial={"reason": self._reason_of_search(request)})
        return self._ask(request, conversation, form, action)

    def reason(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep the reason for opening a conversation, and lead on to the page that it was asked for."""
        conversation = get_object_or_404(self.get_queryset(request), pk=pk)
        form = ReasonForm(request.POST or None)
        if not form.is_valid():
            return self._ask(request, conversation, form, request.get_full_path())
        Remembered(request.session).keep_reason(conversation, form.cleaned_data["reason"])
        page = _PAGES.get(request.GET.get("how", ""), "change")
        return redirect(self._back(request, pk, page))

    def unmask(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why the reviewer wants to know who the owner is; record it, and show the name from then on."""
        conversation = get_object_or_404(self.get_queryset(request), pk=pk)
        form = ReasonForm(request.POST or None)
        if not form.is_valid():
            return self._ask(request, conversation, form, request.get_full_path(), is_for_name=True)
        AccessEvent.objects.record(
            Kind.UNMASKED,
            actor=request.user,
            how=How.PAGE,
            owner_id=conversation.user_id,
            conversation=conversation.uuid,
            reason=form.cleaned_data["reason"],
        )
        Remembered(request.session).unmask(conversation)
        return redirect(self._back(request, pk, "change"))

    def shown_owner(self, request: HttpRequest, conversation: Conversation) -> str:
        """Return the pseudonym of the owner, or the name if the reviewer has given a reason to see it."""
        if Remembered(request.session).is_unmasked(conversation):
            return marked(conversation.user.get_username())
        return Pseudonym.objects.of(conversation.user_id)

    def gone(self, request: HttpRequest) -> HttpResponse:
        """Lead to the list from a conversation that does not exist, was deleted or may not be read: all the same."""
        messages.warning(request, "This conversation does not exist. Perhaps it was deleted.")
        return redirect("admin:chat_conversation_changelist")

    def _ask(
        self,
        request: HttpRequest,
        conversation: Conversation,
        form: ReasonForm,
        action: str,
        *,
        is_for_name: bool = False,
    ) -> HttpResponse:
        summary = summaries([conversation.pk])[conversation.pk]
        context = self.admin_site.each_context(request) | {
            "title": "Why do you want to know who asked?" if is_for_name else "Why do you read this conversation?",
            "opts": self.opts,
            "form": form,
            "action": action,
            "is_for_name": is_for_name,
            "owner": Pseudonym.objects.of(conversation.user_id),
            "conversation": conversation,
            "turns": summary.states.total(),
            "failures": chips_of_failures(summary),
            "labels": chips_of_labels(summary),
            "reasons": Remembered(request.session).reasons(),
            "way": self.way(request, conversation.pk),
        }
        return TemplateResponse(
            request, "admin/chat/conversation/why.html", context, status=400 if form.is_bound else 200
        )

    def _back(self, request: HttpRequest, pk: int, page: str) -> str:
        before = uuid_of(request.GET.get("before", ""))
        return self.address(request, pk, f"?before={before}" if before else "", page=page)

    def _reason_of_search(self, request: HttpRequest) -> str:
        """Return the reason of the search that has found a conversation: it is offered, and may be changed."""
        name = QueryDict(request.GET.get(FILTERS, "")).get(SEARCH, "")
        search = Remembered(request.session).search(str(name))
        return search.reason if search else ""
