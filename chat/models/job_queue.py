"""The line in which jobs wait, the claims by which one process works on each, and the leases that protect them."""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Mapping
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

from .collection import Collection
from .job_state import STEPS, TO_DO, UNFINISHED, JobState

if TYPE_CHECKING:
    from .processing import Job

LEASE = timedelta(seconds=15)
"""How long a claim holds without renewal, by the database's clock."""
KEPT = timedelta(days=1)
"""How long a job that is ready is kept, for the page that shows it."""
DIED = "The site stopped each time while it worked on this. The file may be too large, or damaged."


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs; every look-up for a user starts from ``seen_by``."""

    def seen_by(self, user_id: int) -> JobQuerySet:
        """Return the jobs that this user may see and change: their own, and those in collections that they manage."""
        managed = Collection.objects.managed_by(user_id).values("pk")
        return self.filter(Q(user=user_id) | Q(collection__in=managed)).select_related("collection", "recording")

    def unfinished(self) -> JobQuerySet:
        """Return those that are not ready, the first ones first."""
        return self.filter(state__in=UNFINISHED).order_by("pk")

    def expired(self) -> JobQuerySet:
        """Return those that nobody looks at any more."""
        return self.filter(state=JobState.READY, ended_at__lte=Now() - KEPT)

    def files(self) -> set[str]:
        """Return the names of all files in the storage that jobs need."""
        return {name for job in self.exclude(state=JobState.READY) for name in job.files}

    def claim(self, owner: str, *, at_once: int, attempts: int) -> Job | None:
        """Let ``owner`` do the next step of the first job in line; None if there is none, or no slot of ``at_once``.

        A job whose owner's lease has lapsed is in line as well, until its step was begun ``attempts`` times.
        """
        return self.claim_in(owner, range(1, at_once + 1), attempts)

    def claim_with_words(self, owner: str, attempts: int) -> Job | None:
        """Do the same with the first job that has a transcript, in a slot beside all others; None if one is done now.

        What takes minutes at most must not wait behind transcriptions of hours.
        """
        with_words = self.filter(~Q(transcript="") | ~Q(document=""))
        is_one_done = with_words.filter(lease_expires_at__gte=Now()).exists()
        return None if is_one_done else with_words.claim_in(owner, range(1), attempts)

    def claim_in(self, owner: str, slots: range, attempts: int) -> Job | None:
        """Let ``owner`` do the next step of the first of these jobs in one of these slots; None if it cannot."""
        if not self._in_line().exists():
            return None
        try:
            with transaction.atomic():
                self._take_from(Q(lease_expires_at__lt=Now()), attempts)
                return self._claim(owner, slots)
        except IntegrityError:  # another process was faster to take the slot
            return None

    def renew(self, owner: str, fences: Mapping[int, int]) -> None:
        """Renew the leases of claims of ``owner``: ``fences`` has the fence of each, by the key of its job."""
        claims = [Q(pk=pk, fence=fence) for pk, fence in fences.items()]
        self.filter(reduce(or_, claims, Q(pk=None)), owner=owner).update(lease_expires_at=Now() + LEASE)

    def release(self, owner: str) -> None:
        """Let other processes go on with the jobs of ``owner``, which ends. It was no attempt."""
        begun = Greatest(F("attempts") - 1, 0)
        self.filter(owner=owner).update(owner="", slot=None, lease_expires_at=None, progress=None, attempts=begun)

    def owners_among(self, names: Names[str]) -> set[str]:
        """Return those of these owners who own a job."""
        return set(self.filter(owner__in=list(names)).values_list("owner", flat=True)) if names else set()

    @transaction.atomic
    def take_from_dead(self, owners: Names[str], attempts: int) -> None:
        """Let other processes go on at once with the jobs of owners that are known to have died."""
        self._take_from(Q(owner__in=list(owners)), attempts)

    def resume_waiting(self) -> None:
        """Put the jobs in line that wait for a transcript: from now on the site makes transcripts itself."""
        self.filter(state=JobState.WAITING).update(state=F("step"), due_at=Now(), attempts=0)

    def places(self) -> dict[int, int]:
        """Return the place in line, from 1, of each job that waits for a process, by its key."""
        waiting = self.filter(state__in=TO_DO).filter(Q(owner="") | Q(lease_expires_at__lt=Now())).order_by("pk")
        return {pk: place for place, pk in enumerate(waiting.values_list("pk", flat=True), 1)}

    def _in_line(self) -> JobQuerySet:
        free = Q(owner="") | Q(lease_expires_at__lt=Now())
        return self.filter(free, state__in=TO_DO, due_at__lte=Now()).order_by("pk")

    def _take_from(self, gone: Q, attempts: int) -> None:
        """Take jobs from owners that are gone; give those up whose step was begun too often.

        A locked row is left for the next time: its dead owner may still hold the lock, and nobody else must wait.
        """
        abandoned = self.filter(gone, state__in=STEPS).exclude(owner="").select_for_update(skip_locked=True)
        keys = list(abandoned.order_by("pk").values_list("pk", flat=True))
        free = {"owner": "", "slot": None, "lease_expires_at": None, "progress": None}
        self.filter(pk__in=keys, attempts__gte=attempts).update(state=JobState.FAILED, reason=DIED, **free)
        self.filter(pk__in=keys, state__in=STEPS).update(**free)

    def _claim(self, owner: str, slots: range) -> Job | None:
        taken = set(self.model.objects.exclude(slot=None).values_list("slot", flat=True))
        slot = next((each for each in slots if each not in taken), None)
        first = self._in_line().filter(owner="").select_for_update(skip_locked=True).first()
        if slot is None or first is None:
            return None
        self.filter(pk=first.pk).update(
            owner=owner,
            fence=F("fence") + 1,
            slot=slot,
            lease_expires_at=Now() + LEASE,
            state=F("step"),
            attempts=F("attempts") + 1,
            progress=None,
        )
        return self.select_related("collection", "recording").get(pk=first.pk)
