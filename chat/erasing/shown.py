"""Erasures as the pages and the command show them: in counts, under pseudonyms, without any content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet

from ..models import ChangedAnswer, Pseudonym, SpeakerErasure
from ..models.collection import ADMINISTRATE


@dataclass(frozen=True)
class ShownAnswer:
    """An answer that was changed: a reference, whose it is under a pseudonym, and how many places of it."""

    reference: str
    owner: str
    places: int
    changed_at: datetime


def found_words(counts: Mapping[str, int]) -> str:
    """Return what there is of a speaker, in a sentence."""
    recordings, segments, passages, answers, people = (
        _count(counts[name], name[:-1]) if name != "people" else f"{counts[name]:,} people"
        for name in ("recordings", "segments", "passages", "answers", "people")
    )
    people = "1 person" if counts["people"] == 1 else people
    quote = "quotes" if counts["answers"] == 1 else "quote"
    return f"{recordings}, {segments}, {passages}. {answers} of {people} {quote} them."


def erasures_of(user: User) -> QuerySet[SpeakerErasure]:
    """Return the erasures of which a user may know: their own, and all for an administrator; the latest first."""
    erasures = SpeakerErasure.objects.select_related("actor").order_by("-pk")
    return erasures if user.has_perm(ADMINISTRATE) else erasures.filter(actor=user)


def shown_answers(answers: list[ChangedAnswer]) -> list[ShownAnswer]:
    """Return answers as a page lists them: nobody reads a conversation of somebody else there."""
    names = Pseudonym.objects.of_each({each.turn.user_id for each in answers})
    return [
        ShownAnswer(str(each.turn.uuid)[:8], names[each.turn.user_id], each.places, each.changed_at) for each in answers
    ]


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
