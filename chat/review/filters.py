"""The filters of the list of conversations."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from typing_extensions import override

from ..models import (
    ENDED_EARLY,
    CheckRequest,
    Conversation,
    Failure,
    Feedback,
    Pseudonym,
    ReviewLabel,
    State,
    Turn,
    review_policy,
)
from .summary import CHECK, REASONS, SAID

_STATES = "(" + ", ".join(f"'{state}'" for state in ENDED_EARLY) + ")"

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
        state = self.value()
        if state in ENDED_EARLY and _is_all():
            return queryset.filter(pk__in=_ended_early("state = %s", state))
        return queryset.filter(_has_turn(state=state)) if state in State.values else queryset


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
        value = self.value() or ""
        failed: Any
        if not _is_all():
            failed = _open(failure=value) if value in Failure.values else _open(failure__gt="")
        elif value in Failure.values:
            failed = _ended_early("failure = %s", value)
        else:
            failed = _ended_early("failure <> %s", "")
        found, others = queryset.filter(pk__in=failed), queryset.exclude(pk__in=failed)
        filtered = {"any": found, "none": others} | dict.fromkeys(Failure.values, found)
        return filtered.get(value, queryset)


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
        value, labels = self.value() or "", ReviewLabel.objects.order_by()
        if not _is_all():
            labels = labels.filter(turn__in=Turn.objects.open_to_review())
        if value in ReviewLabel.Verdict.values:
            return queryset.filter(pk__in=labels.filter(verdict=value).values("turn__conversation"))
        labelled = labels.values("turn__conversation")
        filtered = {"any": queryset.filter(pk__in=labelled), "none": queryset.exclude(pk__in=labelled)}
        return filtered.get(value, queryset)


class SaidFilter(admin.SimpleListFilter):
    """Conversations with a turn of which its owner has said this: a request for a check that waits, or a thumb."""

    title = "what the owner says"
    parameter_name = "said"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(name, label) for name, label in SAID.items()]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        value = self.value()
        if value == CHECK:
            return queryset.filter(pk__in=CheckRequest.objects.waiting().order_by().values("turn__conversation"))
        if value not in Feedback.Thumb.values:
            return queryset
        turns = Feedback.objects.filter(thumb=value).order_by().values("turn")
        return queryset.filter(pk__in=Turn.objects.open_to_review().filter(pk__in=turns).values("conversation"))


class OwnerFilter(admin.SimpleListFilter):
    """The conversations of one user, who is offered under their pseudonym."""

    title = "owner"
    parameter_name = "owner"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(name, name) for name in Pseudonym.objects.of_owners()]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        name = self.value()
        return queryset.filter(user__in=Pseudonym.objects.filter(name=name).values("pk")) if name else queryset


def _ended_early(condition: str, value: str) -> RawSQL:
    """Return the conversations with a turn that ended without a complete answer, by the index of such turns.

    The list of states must stand in the statement: by parameters, no database would recognise the index.
    """
    statement = f"SELECT conversation_id FROM chat_turn WHERE state IN {_STATES} AND {condition}"  # noqa: S608
    return RawSQL(statement, [value])  # noqa: S611  # the value is a parameter


def _has_turn(**conditions: object) -> Exists:
    return Exists(Turn.objects.open_to_review().filter(conversation=OuterRef("pk"), **conditions))


def _open(**conditions: object) -> QuerySet[Turn, Any]:
    return Turn.objects.open_to_review().filter(**conditions).order_by().values("conversation")


def _is_all() -> bool:
    """Return whether all turns of the conversations in the list may be opened: then an index has those that failed."""
    return review_policy.policy() == review_policy.Policy.ALL
