"""The list of conversations in the admin: pseudonyms and counts, and nothing that was said."""

from __future__ import annotations

from copy import copy
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from typing_extensions import override

from ..accounts.reviewers_read import ReviewersRead
from ..models import Conversation, Failure, Pseudonym, Review, Turn
from ..pages import SIZE
from .change_lists import FilteredList, ReviewList
from .filters import FailureFilter, LabelFilter, OwnerFilter, SaidFilter, StateFilter
from .neighbours import neighbours
from .searching import SEARCH, found, search_of
from .summary import Summary, chips_of_failures, chips_of_labels, chips_of_owners

FILTERS = "_changelist_filters"
"""The parameter in which Django passes the filter of a list on to the pages of its rows."""

_FILTERS = (SaidFilter, FailureFilter, LabelFilter, StateFilter, OwnerFilter)


class ListingAdmin(ReviewersRead, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """The list of the conversations that a reviewer may open."""

    list_display = ["asked", "owner", "turn_count", "failures", "labels", "said"]
    list_filter = [*_FILTERS, "asked_at"]
    list_per_page = SIZE
    ordering = ["-asked_at", "-pk"]
    view_on_site = False

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        """Leave out what the reviewer may not open."""
        return _counted(Review.of(request.user).conversations().order_by(*self.ordering))

    def with_deleted(self) -> QuerySet[Conversation]:
        """Return all conversations: a deleted one only tells where its neighbours in the list are."""
        return _counted(Conversation.objects.order_by(*self.ordering))

    @override
    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the filters of the list alone: Django's own would find titles by words in them, and owners by names.

        Raise ``IncorrectLookupParameters`` for others, which leads to the whole list.
        """
        if lookup in {each.parameter_name for each in _FILTERS} or lookup.startswith("asked_at__"):
            return True
        raise IncorrectLookupParameters(lookup)

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
        if SEARCH not in request.GET:
            return queryset, False
        search = search_of(request)
        if search is None:
            raise IncorrectLookupParameters("the search was an hour ago")
        return found(request, search, queryset), False

    @admin.display(description="asked", ordering="asked_at")
    def asked(self, conversation: Conversation) -> str:
        """Return when its last question was asked, in the time zone of the reviewer."""
        return date_format(timezone.localtime(conversation.asked_at), "DATETIME_FORMAT")

    @admin.display(description="owner", ordering="pseudonym")
    def owner(self, conversation: Conversation) -> str:
        """Return the pseudonym of the owner."""
        return str(cast(Any, conversation).pseudonym)

    @admin.display(description="turns", ordering="turn_count")
    def turn_count(self, conversation: Conversation) -> int:
        return _summary(conversation).states.total()

    @admin.display(description="owner says", empty_value="–")
    def said(self, conversation: Conversation) -> SafeString | None:
        """Return the requests for a check that wait, and the thumbs."""
        return chips_of_owners(_summary(conversation))

    @admin.display(description="failed turns", ordering="failed_count", empty_value="–")
    def failures(self, conversation: Conversation) -> SafeString | None:
        """Return how many turns failed, for each reason."""
        return chips_of_failures(_summary(conversation))

    @admin.display(description="labels", empty_value="–")
    def labels(self, conversation: Conversation) -> SafeString | None:
        """Return how many labels its turns have, of each kind."""
        return chips_of_labels(_summary(conversation))

    def listed(self, request: HttpRequest, filters: QueryDict) -> QuerySet[Conversation]:
        """Return what the list has on all its pages with these parameters. Raise ``IncorrectLookupParameters``."""
        of_list = copy(request)
        cast(Any, of_list).GET = filters
        queryset: QuerySet[Conversation] = self.get_changelist_instance(of_list).queryset
        return queryset

    def way(self, request: HttpRequest, pk: int) -> dict[str, str]:
        """Return the addresses of the list and of its conversations before and after this one."""
        try:
            listed = self.listed(request, QueryDict(request.GET.get(FILTERS, "")))
            previous, following = neighbours(listed, self.get_queryset(request), pk)
        except IncorrectLookupParameters:
            previous = following = None
        return {
            "list": self.preserving(request, reverse("admin:chat_conversation_changelist")),
            "previous": self.address(request, previous) if previous else "",
            "next": self.address(request, following) if following else "",
        }

    def address(self, request: HttpRequest, pk: int, query: str = "", *, page: str = "change") -> str:
        """Return the address of a page of a conversation."""
        return self.preserving(request, reverse(f"admin:chat_conversation_{page}", args=[pk]) + query)

    def preserving(self, request: HttpRequest, address: str) -> str:
        """Return an address of the admin with the filter of the list that the user comes from."""
        context: dict[str, Any] = {"opts": self.opts, "preserved_filters": self.get_preserved_filters(request)}
        return str(add_preserved_filters(context, address))


def _counted(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Return conversations with what the list is ordered by: their owners, turns and failed turns."""
    turns = Turn.objects.open_to_review().filter(conversation=OuterRef("pk"))
    names = Pseudonym.objects.filter(user=OuterRef("user")).values("name")
    return conversations.annotate(
        pseudonym=Subquery(names),
        turn_count=_count(turns),
        failed_count=_count(turns.filter(failure__in=Failure.values)),
    )


def _count(turns: QuerySet[Turn]) -> Coalesce:
    counted = turns.order_by().values("conversation").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _summary(conversation: Conversation) -> Summary:
    return cast(Summary, cast(Any, conversation).summary)  # set by ReviewList
