"""Turns as a reviewer opens them, with their labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..conversations.rendering import TurnPage
from ..conversations.shown_turn import ShownTurn
from ..models import CheckRequest, Opening, ReviewLabel


@dataclass(frozen=True)
class ReviewedTurn:
    """A turn with its labels: ``own`` is the current reviewer's, ``others`` are everyone else's, latest first."""

    shown: ShownTurn
    own: ReviewLabel | None
    others: Sequence[ReviewLabel]

    @property
    def labels(self) -> Sequence[ReviewLabel]:
        """All labels of the turn."""
        return [*([self.own] if self.own else []), *self.others]


def opened(page: TurnPage, opening: Opening, reviewer: Any) -> TurnPage:
    """Note that a reviewer opens these turns: their owners can no longer withdraw the requests to check them.

    Return the page without those whose request was withdrawn just before.
    """
    checks = [shown.judged.check for shown in page.turns if shown.judged.check]
    waiting = [check.turn_id for check in checks if check.opened_at is None]
    if not waiting or CheckRequest.objects.mark_opened(waiting, reviewer) == len(waiting):
        return page
    still = set(opening.turns.filter(pk__in=[shown.turn.pk for shown in page.turns]).values_list("pk", flat=True))
    return replace(page, turns=[shown for shown in page.turns if shown.turn.pk in still])


def reviewed(page: TurnPage, reviewer: Any) -> list[ReviewedTurn]:
    """Return the turns of a page as this reviewer sees them."""
    labels: defaultdict[int, list[ReviewLabel]] = defaultdict(list)
    page_labels = ReviewLabel.objects.filter(turn__in=[shown.turn.pk for shown in page.turns])
    for label in page_labels.select_related("reviewer").order_by("-labelled_at"):
        labels[label.turn_id].append(label)
    return [
        ReviewedTurn(
            shown,
            own=next((label for label in labels[shown.turn.pk] if label.reviewer_id == reviewer.pk), None),
            others=[label for label in labels[shown.turn.pk] if label.reviewer_id != reviewer.pk],
        )
        for shown in page.turns
    ]
