"""The jobs of a serving site, in threads that answers never wait for.

Every serving process has a processor. One thread looks for jobs and renews the leases of those that run here; each of
these has a thread of its own. If the process dies, another goes on with the step that it was in.
"""

from __future__ import annotations

import logging
import shutil
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from typing_extensions import override

from ..database.looker import Looker
from ..database.outage import UNAVAILABLE
from ..models import Job
from ..models.job_state import STEPS
from ..turns.runner import runner
from .failures import failure_of, is_expected
from .leftovers import delete_what_came_late
from .steps import DOING
from .work import StepFailed, Superseded, Work

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
PAUSES = (10.0, 60.0, 300.0)
"""Seconds before the second attempt at a step, the third, and each further one."""
LONGEST_PAUSE = 3600.0
"""Seconds that a service can ask for: nobody waits for a job until next year."""


class Processor(Looker):
    """The thread that looks for jobs."""

    task = "process recordings"
    seconds = LOOK_SECONDS

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self._running = dict[threading.Thread, Job]()
        self._has_looked = False

    @override
    def look(self) -> None:
        """Renew the leases of what runs here, and begin what may begin."""
        if settings.TRANSCRIBER and not self._has_looked:
            Job.objects.resume_waiting()  # the site began to make transcripts after them
        self._has_looked = True
        self._running = {thread: job for thread, job in self._running.items() if thread.is_alive()}
        if self._running:
            Job.objects.renew(self._owner, {job.pk: job.fence for job in self._running.values()})
        if dead := runner.owner.dead():
            Job.objects.take_from_dead(dead, settings.PROCESSING_ATTEMPTS)
            for name in dead:  # what people have said is in it
                shutil.rmtree(folder_of(name), ignore_errors=True)
        while job := self.claim():
            thread = threading.Thread(target=self._do_in_thread, args=[job], name=f"{job}", daemon=True)
            self._running[thread] = job
            thread.start()

    def claim(self) -> Job | None:
        """Return the first job in line that this process may begin, which is now its own; None if there is none.

        While it has as much to do as it may, it does one more that has its transcript, if nobody does such a job.
        """
        attempts = settings.PROCESSING_ATTEMPTS
        if len(self._running) < settings.PROCESSING_AT_ONCE:
            return Job.objects.claim(self._owner, at_once=settings.PROCESSING_IN_ALL, attempts=attempts)
        return Job.objects.claim_with_words(self._owner, attempts)

    @override
    def _run(self) -> None:
        """At the end, let other processes go on at once: what still runs here changes nothing any more."""
        super()._run()
        with suppress(*UNAVAILABLE):
            Job.objects.release(self._owner)
        with suppress(OSError):  # something still runs here
            folder_of(self._owner).rmdir()
        connection.close()

    def _do_in_thread(self, job: Job) -> None:
        try:
            do(job, folder_of(self._owner))
        except UNAVAILABLE as error:  # its lease lapses, and the step is done again
            logger.warning("A recording could not be processed further: %s", type(error).__name__)
        finally:
            connection.close()


def folder_of(owner: str) -> Path:
    """Return the folder in which a process works, which is deleted when it is known to have died."""
    return Path(settings.DATA_DIR, "processing", owner)


def do(job: Job, folder: Path) -> None:
    """Do the steps of a job that this process has claimed, until it is ready, waits, or fails."""
    own = folder / f"{job.uuid}-{job.fence}"
    try:
        own.mkdir(parents=True, exist_ok=True)
        while job.state in STEPS and job.owner:
            DOING[job.state](Work(job, own))
    except Superseded:
        delete_what_came_late(job)
    except UNAVAILABLE:
        raise
    except Exception as error:  # whatever it is, the job says so, and the others go on
        if not is_expected(error):
            logger.exception("A step of a recording failed: %s", job.step)
        _end(job, failure_of(error))
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _end(job: Job, failure: StepFailed) -> None:
    if failure.again and job.attempts < settings.PROCESSING_ATTEMPTS:
        pause = max(PAUSES[min(job.attempts, len(PAUSES)) - 1], min(failure.retry_after or 0, LONGEST_PAUSE))
        job.put_off(timedelta(seconds=pause), f"{failure.reason} The site tries again.")
    else:
        job.fail(failure.reason)


processor = Processor(runner.owner.name)
"""The processor of this process."""
