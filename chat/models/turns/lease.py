"""Leases, by which owners prove that they live, and the search for turns whose owner is dead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.db.models import CharField, Q
from django.db.models.functions import Now

from ..daily_use import estimated_tokens
from ..prepared import Many, Prepared
from .answer import AnswerQuerySet, Chunk, Ending
from .ended import counted_on
from .found import given_citations, stored_citations
from .state import Failure, State

if TYPE_CHECKING:
    from .turn import Turn

LEASE = timedelta(seconds=10)
"""How long a claim holds without renewal, by the database's clock."""


def _abandoned_turns(dead: Any) -> Any:
    streaming = apps.get_model("chat", "Turn").objects.streaming()
    return streaming.filter(Q(lease_expires_at__lt=Now()) | Q(owner__among=dead))


_abandoned = Prepared[Any](_abandoned_turns, dead=Many(CharField()))


class LeaseQuerySet(AnswerQuerySet):
    """``streaming → interrupted`` of turns whose owner is gone, and the renewal that protects the others."""

    @transaction.atomic
    def renew(self, owner: str) -> set[int]:
        """Renew the leases of all turns that ``owner`` streams; return their ids."""
        # Locked by id, in the same order as by a commit of their text, so that the two cannot deadlock.
        streaming = self.streaming().filter(owner=owner).select_for_update().order_by("pk")
        locked = list(streaming.values_list("pk", flat=True))
        self.model.objects.filter(pk__in=locked).update(lease_expires_at=Now() + LEASE)
        return set(locked)

    def abandoned(self, dead: Collection[str] = ()) -> LeaseQuerySet:
        """Return the streaming turns whose lease has lapsed, or whose owner is in ``dead`` (known to have ended)."""
        return self.streaming().filter(Q(lease_expires_at__lt=Now()) | Q(owner__in=list(dead)))

    def find_abandoned(self, dead: Collection[str] = ()) -> list[Turn]:
        """Return those among all turns, by a query that is compiled once: every process asks each second."""
        return _abandoned.fetch(dead=dead)

    @transaction.atomic
    def interrupt(self, turn: Turn, dead: Collection[str] = ()) -> bool:
        """Close an abandoned turn with its stored chunks, and cite for the markers in them.

        Return False if its owner or another reaper was faster. A locked row is left for the next sweep: its dead owner
        may still hold the lock, and nobody else must wait.
        """
        abandoned = self.model.objects.filter(owner=turn.owner, fence=turn.fence, pk=turn.pk).abandoned(dead)
        locked = abandoned.select_for_update(skip_locked=True).annotate(counted_on=counted_on()).first()
        if locked is None:
            return False
        passages = locked.passages or ()
        cited = stored_citations(passages)
        given = given_citations(passages, 1 + max((each.number for each in cited), default=0))
        chunks = list(Chunk.objects.filter(turn=locked).order_by("seq").values_list("text", flat=True))
        ending = Ending(
            state=State.INTERRUPTED,
            failure=Failure.INTERRUPTED,
            chunks=chunks,
            citations=[*cited, *given],
            unreported=estimated_tokens("".join(chunks)),
        )
        self._finish([(locked, ending)])
        return True
