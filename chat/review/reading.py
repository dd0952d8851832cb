"""Opening a conversation: the reason is asked first, and nothing is shown before it is recorded that it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from typing_extensions import override

from ..conversations.rendering import TurnPage, turns_of
from ..models import (
    COMMENT_LIMIT,
    AccessEvent,
    Conversation,
    How,
    Kind,
    Opening,
    Review,
    ReviewLabel,
    show_earlier_titles,
)
from ..query import uuid_of
from ..turns.nudges import REVIEWS_TOPIC
from ..turns.runner import runner
from .asking_why import ReasonAdmin
from .remembered import Remembered
from .reviewed import opened, reviewed

Show = Callable[[Conversation, TurnPage, Opening], HttpResponse]


class ReadingAdmin(ReasonAdmin):
    """The pages of one conversation: the review itself, the print view, and the history."""

    @override
    def get_urls(self) -> list[Any]:
        """Add the address of the print view."""
        view = self.admin_site.admin_view(self.print_view)
        return [path("<int:pk>/print/", view, name="chat_conversation_print"), *super().get_urls()]

    @override
    def get_fieldsets(self, request: HttpRequest, obj: Conversation | None = None) -> list[Any]:
        """Show no field: the page says itself what there is to say, and not who the owner is."""
        return []

    @override
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the last 50 turns, or with ``?before=<turn>`` those before it."""

        def show(conversation: Conversation, page: TurnPage, opening: Opening) -> HttpResponse:
            context = self._context(request, conversation, page, opening, name="change")
            context["verdicts"] = ReviewLabel.Verdict.choices
            return super(ReadingAdmin, self).change_view(request, str(conversation.pk), form_url, context)

        return self._open(request, object_id, How.PAGE, show)

    def print_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the same turns as the page of the conversation, to be printed."""

        def show(conversation: Conversation, page: TurnPage, opening: Opening) -> HttpResponse:
            context = self.admin_site.each_context(request) | {"opts": self.opts, "original": conversation}
            context |= self._context(request, conversation, page, opening, name="print")
            return TemplateResponse(request, "admin/chat/conversation/print.html", context)

        return self._open(request, str(pk), How.PRINT, show)

    @override
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what was done with the conversation in the admin, which counts as reading although it shows no turn."""

        def show(conversation: Conversation, page: TurnPage, opening: Opening) -> HttpResponse:
            context = {"title": "History of a conversation"}
            return super(ReadingAdmin, self).history_view(request, str(conversation.pk), context)

        return self._open(request, object_id, How.HISTORY, show)

    def _open(self, request: HttpRequest, object_id: str, how: How, show: Show) -> HttpResponse:
        """Record that a conversation is read, and only then show it; ask why first if that is not known.

        ``NotRecorded`` passes, and nothing is shown.
        """
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        conversation = self.get_object(request, unquote(object_id))
        typed = Remembered(request.session).reason(conversation) if conversation else ""
        opening = Review.of(request.user).may_open(conversation, typed) if conversation else None
        if conversation is None or opening is None:
            return self.gone(request)
        if not opening.reason:
            return self.ask_why(request, conversation, how)
        return show(conversation, self._read(request, conversation, opening, how), opening)

    def _read(self, request: HttpRequest, conversation: Conversation, opening: Opening, how: How) -> TurnPage:
        """Return the turns of a page, which are recorded as read. Raise ``NotRecorded``."""
        page = turns_of(
            conversation, cast(User, request.user).pk, before=_before(request, opening), among=opening.turns
        )
        AccessEvent.objects.record(
            Kind.READ,
            actor=request.user,
            how=how,
            owner_id=conversation.user_id,
            conversation=conversation.uuid,
            turns=[] if how == How.HISTORY else [shown.turn.uuid for shown in page.turns],
            reason=opening.reason,
        )
        runner.wake(REVIEWS_TOPIC)
        return page if how == How.HISTORY or request.method == "HEAD" else opened(page, opening, request.user)

    def _context(
        self, request: HttpRequest, conversation: Conversation, page: TurnPage, opening: Opening, *, name: str
    ) -> dict[str, Any]:
        show_earlier_titles([conversation], cast(User, request.user).pk)
        return {
            "title": "Conversation",
            "original": conversation,
            "subtitle": None,
            "owner": self.shown_owner(request, conversation),
            "is_unmasked": Remembered(request.session).is_unmasked(conversation),
            "reviewed": reviewed(page, request.user),
            "comment_limit": COMMENT_LIMIT,
            "opening": opening,
            "way": self.way(request, conversation.pk) | self._pages(request, conversation, page, name),
        }

    def _pages(self, request: HttpRequest, conversation: Conversation, page: TurnPage, name: str) -> dict[str, str]:
        """Return the addresses of other turns on a page of this name, and of the other pages of the conversation."""
        pk, here = conversation.pk, f"?before={request.GET['before']}" if page.later else ""
        earlier = f"?before={page.turns[0].turn.uuid}" if page.earlier else ""
        return {
            "earlier": self.address(request, pk, earlier, page=name) if earlier else "",
            "newest": self.address(request, pk, page=name) if page.later else "",
            "page": self.address(request, pk, here),
            "print": self.address(request, pk, here, page="print"),
            "unmask": self.address(request, pk, here, page="unmask"),
            "reason": self.address(request, pk, page="reason"),
        }


def _before(request: HttpRequest, opening: Opening) -> Any:
    before = request.GET.get("before")
    return get_object_or_404(opening.turns, uuid=uuid_of(before)) if before else None
