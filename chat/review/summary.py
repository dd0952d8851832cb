"""What the list of conversations, and its export, say about the turns of each: counts, and no text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, QuerySet, Value
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ..models import CheckRequest, Failure, Feedback, ReviewLabel, Turn
from ..models.turns.turn import TurnQuerySet

REASONS = {
    Failure.RETRIEVAL_FAILED: "Search failed",
    Failure.GENERATION_FAILED: "Model failed",
    Failure.MODEL_UNREACHABLE: "Model unreachable",
    Failure.MODEL_DENIED: "Model refused the key",
    Failure.MODEL_UNKNOWN: "Model not found",
    Failure.TIMEOUT: "Took too long",
    Failure.INTERNAL_ERROR: "Internal error",
    Failure.WITHDRAWN: "Withdrawn",
    Failure.INTERRUPTED: "Interrupted",
}
"""The failures in two or three words."""


CHECK = "check"
SAID = {CHECK: "Check asked for", Feedback.Thumb.DOWN: "Thumbs down", Feedback.Thumb.UP: "Thumbs up"}
"""What an owner may have said of a turn, in words."""


@dataclass
class Summary:
    """The turns of a conversation that may be opened: how many are in each state, and have what.

    ``said`` counts what their owners have said of them: thumbs, and requests for a check that no reviewer has opened.
    """

    states: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)


def summaries(conversations: Collection[int]) -> defaultdict[int, Summary]:
    """Return the summaries of these conversations by their ids, with two queries."""
    found: defaultdict[int, Summary] = defaultdict(Summary)
    turns = Turn.objects.open_to_review().filter(conversation__in=conversations).order_by()
    for pk, state, failure, count in turns.values_list("conversation", "state", "failure").annotate(n=Count("pk")):
        found[pk].states[state] += count
        if failure:
            found[pk].failures[failure] += count
    for pk, kind, name, count in _judgements(turns):
        (found[pk].labels if kind == "label" else found[pk].said)[name] += count
    return found


def _judgements(turns: TurnQuerySet) -> QuerySet[Any, Any]:
    """Return how many labels, thumbs and waiting requests these turns have: the conversation, kind, name and number."""
    of_turns = {"turn__in": turns.values("pk")}
    labels = ReviewLabel.objects.filter(**of_turns).annotate(kind=Value("label"), name=F("verdict"))
    thumbs = Feedback.objects.filter(**of_turns).exclude(thumb="").annotate(kind=Value("said"), name=F("thumb"))
    checks = CheckRequest.objects.filter(**of_turns, opened_at=None).annotate(kind=Value("said"), name=Value(CHECK))
    counted = [
        rows.order_by().values_list("turn__conversation", "kind", "name").annotate(n=Count("pk"))
        for rows in (labels, thumbs, checks)
    ]
    return counted[0].union(*counted[1:], all=True)


def chips_of_failures(summary: Summary) -> SafeString | None:
    """Return the failures as HTML, the most frequent first; None if there are none."""
    return _chips(("failure", REASONS[Failure(name)], count) for name, count in summary.failures.most_common())


def chips_of_owners(summary: Summary) -> SafeString | None:
    """Return what the owner has said as HTML, requests for a check first; None if there is nothing."""
    return _chips((name, label, summary.said[name]) for name, label in SAID.items())


def chips_of_labels(summary: Summary) -> SafeString | None:
    """Return the labels as HTML, in their usual order; None if there are none."""
    return _chips((verdict.value, verdict.label, summary.labels[verdict]) for verdict in ReviewLabel.Verdict)


def _chips(chips: Iterable[tuple[str, str, int]]) -> SafeString | None:
    shown = [(kind, name, f" ×\u00a0{count}" if count > 1 else "") for kind, name, count in chips if count]
    chip = '<li class="chip chip--{}">{}{}</li>'
    return format_html('<ul class="chips">{}</ul>', format_html_join("", chip, shown)) if shown else None
