"""A site whose processes are killed while they work on jobs, and what becomes of these."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import beeps
from tests.support.site_process import SiteProcess

from .kills import STUCK, Kill
from .service import SECONDS

if TYPE_CHECKING:
    from chat.models import Job

WAIT = 600.0
"""Seconds until a job is called stuck: a machine that is busy with other things may need minutes for one."""


class Bench:
    """A site of some processes, and jobs in it."""

    def __init__(self, sites: Sequence[SiteProcess], folder: Path) -> None:
        from django.contrib.auth.models import User

        from chat.models import Collection

        self.sites, self.sound = sites, folder / "sound.wav"
        self.collection, self.user = Collection.objects.default(), User.objects.earliest("pk")
        beeps.write(self.sound, beeps.beeps(SECONDS - 2, every=1.0), seconds=SECONDS)
        self.lasts = dict.fromkeys(steps(), 0.0)
        self.expected = self._undisturbed()

    def begin(self) -> Job:
        """Begin a job with audio alone."""
        from chat.processing import Incoming, begin
        from chat.storage import storage

        name = f"incoming/{random.randbytes(16).hex()}.wav"  # noqa: S311
        storage().put(name, self.sound)
        return begin(
            Incoming(user_id=self.user.pk, collection=self.collection, audio=name, audio_name="Pump review.wav")
        )

    def kill_in(self, step: str) -> Kill:
        """Kill the process that works on a new job in a step, start it anew, and return what became of the job."""
        job = self.begin()
        while self._state(job) not in (step, "ready", "failed"):
            time.sleep(0.002)
        time.sleep(random.uniform(0, self.lasts[step]))  # noqa: S311
        job.refresh_from_db()
        site = next((site for site in self.sites if f"-{_pid(site)}-" in job.owner), None)
        killed_in = ""
        if site:  # otherwise it is ready already, or waits for a process
            site.kill()
            job.refresh_from_db()
            killed_in = job.state
            site.start()
        return Kill(killed_in, self._wait(job), self._outcome(job))

    def _undisturbed(self) -> object:
        job, before, at = self.begin(), "", time.monotonic()
        while (state := self._state(job)) != "ready":
            if state != before:
                if before in self.lasts:
                    self.lasts[before] = time.monotonic() - at
                before, at = state, time.monotonic()
            if state == "failed":
                raise RuntimeError(self._outcome(job))
            time.sleep(0.002)
        if before in self.lasts:
            self.lasts[before] = time.monotonic() - at
        result = self._result()
        self._outcome(job)
        return result

    def _wait(self, job: Job) -> float:
        began = time.monotonic()
        while self._state(job) not in ("ready", "failed") and time.monotonic() < began + WAIT:
            time.sleep(0.02)
        return time.monotonic() - began

    def _state(self, job: Job) -> str:
        from chat.models import Job

        return str(Job.objects.values_list("state", flat=True).get(pk=job.pk))

    def _result(self) -> object:
        """Return all that there is of recordings, and in the storage, but names and ids."""
        from chat.models import PassageVector, Recording, Segment
        from chat.storage import storage

        brought = Recording.objects.exclude(jobs=None)
        texts = list(Segment.objects.filter(recording__in=brought).values_list("number", "text", "start", "end"))
        passages = brought.values_list("indexed_passages__first", "indexed_passages__text").order_by(
            "pk", "indexed_passages__first"
        )
        vectors = PassageVector.objects.filter(passage__recording__in=brought).count()
        sizes = sorted(storage().stored(name).size for name in brought.values_list("audio", flat=True))
        return brought.count(), texts, list(passages), vectors, sizes, len(list(storage().files("incoming")))

    def _outcome(self, job: Job) -> str:
        """Return what is wrong, or nothing; and delete the recording."""
        from chat.models import Job, Recording
        from chat.recordings.removal import remove

        job.refresh_from_db()
        wrong = "" if job.state == "ready" else f"{STUCK}: {job.state}, {job.reason}"
        if not wrong and hasattr(self, "expected") and self._result() != self.expected:
            wrong = "another result"
        remove(Recording.objects.exclude(jobs=None))
        Job.objects.all().delete()
        return wrong


def steps() -> tuple[str, ...]:
    from chat.models.job_state import STEPS

    return tuple(STEPS)


def _pid(site: SiteProcess) -> int:
    return site.process.pid if site.process else 0
