"""The list of conversations, as the admin's pages read it."""

from __future__ import annotations

from copy import copy
from typing import Any, cast

from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.http import HttpRequest
from typing_extensions import override

from ..models import CheckRequest, Conversation
from ..pages import AFTER, BEFORE, END, PARAMETERS, Page, page_of
from .filters import SaidFilter
from .remembered import Search
from .searching import SEARCH, record_found, search_of
from .summary import CHECK, summaries


class FilteredList(ChangeList):
    """What is in the list, in its order, without reading it: ``queryset``. Every page of the list has the same."""

    def __init__(self, request: HttpRequest, *arguments: Any, **named: Any) -> None:
        self.asked_page = {name: request.GET[name] for name in PARAMETERS if name in request.GET}
        of_list, parameters = copy(request), request.GET.copy()
        for name in (*PARAMETERS, PAGE_VAR):
            parameters.pop(name, None)
        cast(Any, of_list).GET = parameters
        super().__init__(of_list, *arguments, **named)

    @override
    def get_filters_params(self, params: Any = None) -> Any:
        """Return the parameters of filters, without that of a search, which narrows the list itself."""
        return {name: values for name, values in super().get_filters_params(params).items() if name != SEARCH}

    @override
    def get_results(self, request: HttpRequest) -> None:
        """Read nothing."""


class ReviewList(FilteredList):
    """The list on its page, where each conversation has a ``summary`` of its turns."""

    page: Page[Conversation]
    search: Search | None
    waiting: int
    """How many requests for a check no reviewer has opened."""

    @override
    def get_results(self, request: HttpRequest) -> None:
        """Read one page of the list, and with two queries the turns and labels of all its conversations.

        What a search has found is recorded before it is shown; ``NotRecorded`` passes.
        """
        everything = cast(Any, self.model_admin).with_deleted()
        self.page = page_of(self.queryset, self.asked_page, lambda name: everything.filter(pk=_key(name)))
        conversations: list[Any] = list(self.page.rows)
        self.search, self.waiting = search_of(request), CheckRequest.objects.waiting().count()
        if self.search:
            record_found(request, self.search, conversations)
        found = summaries([conversation.pk for conversation in conversations])
        for conversation in conversations:
            conversation.summary = found[conversation.pk]
        # What Django's templates read of a list that it has counted.
        self.result_list, self.result_count, self.full_result_count = conversations, self.page.count, None
        self.paginator = Paginator(conversations, self.list_per_page)
        self.show_full_result_count = self.can_show_all = self.multi_page = self.show_admin_actions = False

    @property
    def addresses(self) -> dict[str, str]:
        """The query strings of the other pages, by their names in words."""
        rows, page = self.page.rows, self.page
        links = {"First": {}, "Previous": {BEFORE: rows[0].pk}} if page.has_previous else {}
        links |= {"Next": {AFTER: rows[-1].pk}, "Last": {END: 1}} if page.has_next else {}
        return {name: self.get_query_string(parameters) for name, parameters in links.items()}

    @property
    def of_waiting(self) -> str:
        """The query string of the list of those requests."""
        return self.get_query_string({SaidFilter.parameter_name: CHECK})

    @property
    def without_search(self) -> str:
        """The query string of the list without its search."""
        return self.get_query_string(remove=[SEARCH])


def _key(name: str) -> int | None:
    return int(name) if name.isascii() and name.isdigit() and len(name) < 19 else None
