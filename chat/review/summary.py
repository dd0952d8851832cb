"""What the list of conversations, and its export, say about the turns of each: counts, and no text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Count, F
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ..models import Failure, ReviewLabel, Turn

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


@dataclass
class Summary:
    """The turns of a conversation: how many there are in each state, with each failure and each label."""

    states: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)


def summaries(conversations: Collection[int]) -> defaultdict[int, Summary]:
    """Return the summaries of these conversations by their ids, with two queries."""
    found: defaultdict[int, Summary] = defaultdict(Summary)
    turns = Turn.objects.filter(conversation__in=conversations).order_by()
    for pk, state, failure, count in turns.values_list("conversation", "state", "failure").annotate(n=Count("pk")):
        found[pk].states[state] += count
        if failure:
            found[pk].failures[failure] += count
    labels = ReviewLabel.objects.filter(turn__conversation__in=conversations).order_by()
    by_conversation = labels.values(conversation=F("turn__conversation")).annotate(n=Count("pk"))
    for pk, verdict, count in by_conversation.values_list("conversation", "verdict", "n"):
        found[pk].labels[verdict] += count
    return found


def chips_of_failures(summary: Summary) -> SafeString | None:
    """Return the failures as HTML, the most frequent first; None if there are none."""
    return _chips(("failure", REASONS[Failure(name)], count) for name, count in summary.failures.most_common())


def chips_of_labels(summary: Summary) -> SafeString | None:
    """Return the labels as HTML, in their usual order; None if there are none."""
    return _chips((verdict.value, verdict.label, summary.labels[verdict]) for verdict in ReviewLabel.Verdict)


def _chips(chips: Iterable[tuple[str, str, int]]) -> SafeString | None:
    shown = [(kind, name, f" ×\u00a0{count}" if count > 1 else "") for kind, name, count in chips if count]
    chip = '<li class="chip chip--{}">{}{}</li>'
    return format_html('<ul class="chips">{}</ul>', format_html_join("", chip, shown)) if shown else None
