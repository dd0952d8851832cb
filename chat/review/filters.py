"""The filters of the list of conversations."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from typing_extensions import override

from ..models import Conversation, Failure, ReviewLabel, State, Turn
from .summary import REASONS

Lookups = list[tuple[str, str]]


class StateFilter(admin.SimpleListFilter):
    """Conversations with a turn in this state."""

    title = "state of a turn"
    parameter_name = "state"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(state.value, str(state.label)) for state in State]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        return queryset.filter(_has_turn(state=self.value())) if self.value() in State.values else queryset


class FailureFilter(admin.SimpleListFilter):
    """Conversations with a turn that failed or was interrupted for this reason, for any, or without such a turn."""

    title = "failed turn"
    parameter_name = "failure"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        reasons = ((failure.value, reason) for failure, reason in REASONS.items())
        return [("any", "Any reason"), *reasons, ("none", "None")]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        if self.value() in Failure.values:
            return queryset.filter(_has_turn(failure=self.value()))
        has_failed = _has_turn(failure__in=Failure.values)
        filtered = {"any": queryset.filter(has_failed), "none": queryset.filter(~has_failed)}
        return filtered.get(self.value() or "", queryset)


class LabelFilter(admin.SimpleListFilter):
    """Conversations with a turn to which a reviewer gave this label, with any label, or without one."""

    title = "review label"
    parameter_name = "label"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        verdicts = ((verdict.value, str(verdict.label)) for verdict in ReviewLabel.Verdict)
        return [("any", "Any label"), *verdicts, ("none", "None yet")]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        labels = ReviewLabel.objects.filter(turn__conversation=OuterRef("pk"))
        if self.value() in ReviewLabel.Verdict.values:
            return queryset.filter(Exists(labels.filter(verdict=self.value())))
        is_labelled = Exists(labels)
        filtered = {"any": queryset.filter(is_labelled), "none": queryset.filter(~is_labelled)}
        return filtered.get(self.value() or "", queryset)


def _has_turn(**conditions: object) -> Exists:
    return Exists(Turn.objects.filter(conversation=OuterRef("pk"), **conditions))
