"""The list of conversations, as the admin's pages read it."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from typing_extensions import override

from .summary import summaries


class FilteredList(ChangeList):
    """What is in the list, in its order, without reading it: ``queryset``."""

    @override
    def get_results(self, request: HttpRequest) -> None:
        """Read nothing."""


class ReviewList(FilteredList):
    """The list on its page, where each conversation has a ``summary`` of its turns."""

    @override
    def get_results(self, request: HttpRequest) -> None:
        """Read one page of the list, and with two queries the turns and labels of all its conversations."""
        ChangeList.get_results(self, request)
        conversations: list[Any] = list(self.result_list)
        found = summaries([conversation.pk for conversation in conversations])
        for conversation in conversations:
            conversation.summary = found[conversation.pk]
        self.result_list = conversations
