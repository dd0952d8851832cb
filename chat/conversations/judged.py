"""What was said about an answer: its owner's thumb, the request for a check, and the labels of reviewers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import BigIntegerField, CharField, DateTimeField, F, QuerySet, Value
from django.template.loader import render_to_string

from ..addresses import address
from ..models import CheckRequest, Feedback, Many, Prepared, ReviewLabel, Turn, review_policy
from . import filled

UNSEEN = 200
"""Most unseen labels of one owner that are looked at."""


@dataclass(frozen=True)
class Judged:
    """The judgements of one turn; ``labels`` are the latest first."""

    feedback: Feedback | None = None
    check: CheckRequest | None = None
    labels: Sequence[ReviewLabel] = ()

    def values(self, turn: Turn, csrf_token: str, *, asks_why: bool = False) -> dict[str, filled.Value]:
        """Return what the template of an ended turn shows of them; ``asks_why`` opens the form for a reason."""
        url = address("chat:turn-feedback", turn.uuid)
        context = {"turn": turn, "feedback": self.feedback, "feedback_url": url, "csrf_token": csrf_token}
        more = "chat/_feedback_more.html"
        return {
            "feedback_url": url,
            "is_up": self._has(Feedback.Thumb.UP),
            "is_down": self._has(Feedback.Thumb.DOWN),
            "feedback_more": render_to_string(more, context | {"is_open": asks_why}) if self.feedback else "",
            "check": self.state if self.check is not None or review_policy.is_on() else "",
            "check_url": address("chat:turn-check", turn.uuid),
            "labels": self.labels_html,
        }

    @property
    def labels_html(self) -> str:
        """The labels as HTML; empty without one."""
        return render_to_string("chat/_labels.html", {"labels": self.labels}) if self.labels else ""

    def _has(self, thumb: Feedback.Thumb) -> bool:
        return self.feedback is not None and self.feedback.thumb == thumb

    @property
    def state(self) -> str:
        """How far the check is, as the button that leads to it says."""
        if self.check is None:
            return "Ask for a check"
        if self.check.opened_at is None:
            return "Check asked for"
        return "Checked" if self.is_checked else "Being checked"

    @property
    def is_checked(self) -> bool:
        """Whether a reviewer has labelled the answer since a check was asked for."""
        return self.check is not None and any(label.labelled_at >= self.check.asked_at for label in self.labels)


NOT_JUDGED = Judged()


def judged(turns: Iterable[Turn]) -> dict[int, Judged]:
    """Return what was said about those of these turns about which something was said; one query finds it."""
    ended = [turn.pk for turn in turns if turn.is_terminal]
    found: dict[int, list[_Said]] = {}
    for said in map(_Said._make, _said.fetch(turns=ended) if ended else ()):
        found.setdefault(said.turn, []).append(said)
    return {pk: _judged(said) for pk, said in found.items()}


def mark_seen(judged: Iterable[Judged]) -> None:
    """Store that the owner of the turns has seen the labels that are shown."""
    if unseen := [label.pk for each in judged for label in each.labels if label.seen_at is None]:
        ReviewLabel.objects.filter(pk__in=unseen).mark_seen()


def note_unseen(conversations: Iterable[Any], user_id: int) -> bool:
    """Set ``unseen_turn`` of these conversations of a user: the first turn with a label that they have not seen.

    Return whether other conversations have one, too.
    """
    unseen = dict(reversed(_unseen.fetch(owner=user_id)))
    for conversation in conversations:
        conversation.unseen_turn = unseen.pop(conversation.pk, None)
    return bool(unseen)


class _Said(NamedTuple):
    """A row of feedback, a check request or a label: ``word`` is the thumb or the verdict."""

    kind: str
    turn: int
    pk: int
    word: str
    reason: str
    text: str
    at: datetime
    opened_or_seen_at: datetime | None
    reviewer: str | None


def _judged(said: Sequence[_Said]) -> Judged:
    feedback = next((_feedback(each) for each in said if each.kind == "feedback"), None)
    check = next((_check(each) for each in said if each.kind == "check"), None)
    labels = sorted((_label(each) for each in said if each.kind == "label"), key=lambda label: label.labelled_at)
    return Judged(feedback, check, labels[::-1])


def _feedback(said: _Said) -> Feedback:
    return Feedback(pk=said.pk, turn_id=said.turn, thumb=said.word, reason=said.reason, text=said.text)


def _check(said: _Said) -> CheckRequest:
    opened_by = User(username=said.reviewer) if said.reviewer else None
    opened_at = said.opened_or_seen_at
    return CheckRequest(
        pk=said.pk, turn_id=said.turn, note=said.text, asked_at=said.at, opened_at=opened_at, opened_by=opened_by
    )


def _label(said: _Said) -> ReviewLabel:
    label = ReviewLabel(pk=said.pk, turn_id=said.turn, verdict=said.word, comment=said.text, labelled_at=said.at)
    label.seen_at = said.opened_or_seen_at
    label.reviewer = User(username=said.reviewer) if said.reviewer else None
    return label


def _rows(rows: QuerySet[Any], kind: str, *columns: Any) -> QuerySet[Any, Any]:
    return rows.order_by().values_list(Value(kind), F("turn_id"), F("pk"), *columns)


def _all_said(turns: Any) -> QuerySet[Any, Any]:
    """Return one query for the three kinds, with the columns of ``_Said``."""
    none, never, nobody = Value(""), Value(None, DateTimeField()), Value(None, CharField())
    given = Feedback.objects.filter(turn__pk__among=turns).exclude(thumb="")
    asked, labelled = (kind.objects.filter(turn__pk__among=turns) for kind in (CheckRequest, ReviewLabel))
    label = [F("verdict"), none, F("comment"), F("labelled_at"), F("seen_at"), F("reviewer__username")]
    check = [none, none, F("note"), F("asked_at"), F("opened_at"), F("opened_by__username")]
    feedback = [F("thumb"), F("reason"), F("text"), F("given_at"), never, nobody]
    return _rows(labelled, "label", *label).union(
        _rows(asked, "check", *check), _rows(given, "feedback", *feedback), all=True
    )


_said: Prepared[Any] = Prepared(_all_said, turns=Many(BigIntegerField()))
_unseen: Prepared[tuple[int, UUID]] = Prepared(
    lambda owner: (
        ReviewLabel.objects.unseen_by(owner)
        .filter(turn__conversation__deleted_at=None)
        .order_by("turn")
        .values_list("turn__conversation", "turn__uuid")[:UNSEEN]
    ),
    owner=BigIntegerField(),
)
