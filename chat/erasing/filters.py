"""The name of an erased speaker in the filters with which questions were asked, where it is replaced as well."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet

from ..models import REMOVED_SPEAKER, TERMINAL, Citation, Conversation, Segment, SpeakerErasure, Turn, refuse_if_held

BATCH = 200


def named_in_filters(erasure: SpeakerErasure) -> Iterator[int]:
    """Yield the keys of the turns in whose filter the name stands: of all, if nobody else of this name is left."""
    turns = Turn.objects.filter(state__in=TERMINAL, limits__isnull=False)
    if _is_somebody_elses(erasure.name):
        there = Citation.objects.filter(recording_uuid__in=erasure.uuids)
        turns = turns.filter(conversation__in=there.order_by().values("turn__conversation"))
    yield from (turn.pk for turn in _each(turns) if erasure.name in (turn.limits or {}).get("speakers", ()))


@transaction.atomic
def replace_in_filter(pk: int, name: str) -> None:
    """Replace the name in the filter of a turn. Raise ``Held`` if a legal hold keeps it."""
    turn = Turn.objects.select_for_update().filter(pk=pk).first()
    if turn is None or not turn.limits:
        return
    refuse_if_held(Conversation.objects.filter(pk=turn.conversation_id))
    speakers = [REMOVED_SPEAKER if each == name else each for each in turn.limits["speakers"]]
    Turn.objects.filter(pk=pk).update(limits=turn.limits | {"speakers": list(dict.fromkeys(speakers))})


def _is_somebody_elses(name: str) -> bool:
    return Segment.objects.filter(speaker=name).exists() or Citation.objects.filter(speaker=name).exists()


def _each(turns: QuerySet[Turn]) -> Iterator[Turn]:
    last = 0
    while batch := list(turns.filter(pk__gt=last).order_by("pk").only("pk", "limits")[:BATCH]):
        yield from batch
        last = batch[-1].pk
