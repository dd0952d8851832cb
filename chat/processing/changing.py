"""What people do with a job: try it again, attach a transcript, cancel it. The caller checks whether they may."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from ..models import InvalidRequest, Job, JobState
from ..models.job_state import STEPS
from ..storage import StorageFailed, storage
from ..upstream.credentials import SignInFailed
from ..upstream.failures import line
from .leftovers import delete_all

logger = logging.getLogger(__name__)

_IS_THERE = "The recording is there already. For another one, delete it on its page and add its files again."
_NOT_NOW = "This cannot be done now: the recording has gone on meanwhile."


def again(job: Job, step: str = "") -> None:
    """Do the step that failed again, or an earlier one and those after it. Raise ``InvalidRequest``.

    Of a job that is ready, only its last step can be done again.
    """
    chosen = JobState(step or job.step) if not step or step in STEPS else None
    if chosen is None or (job.state == JobState.FAILED and STEPS.index(chosen) > STEPS.index(JobState(job.step))):
        raise InvalidRequest("This step cannot be done yet: an earlier one comes first.")
    if job.recording_id and chosen != JobState.EMBEDDING:
        raise InvalidRequest(_IS_THERE)
    ended = Q(state=JobState.FAILED) | Q(state=JobState.READY)
    _change(job, ended, state=chosen, step=chosen, ended_at=None)


def attach_transcript(job: Job, name: str, file_name: str) -> None:
    """Let a job that has no transcript, or one that cannot be read, go on with this file of the storage.

    Raise ``InvalidRequest`` if it goes on without, or is done, or ``Held`` if a legal hold keeps what it replaces.
    """
    earlier = job.transcript
    step = JobState(job.step) if job.step == JobState.CONVERTING else JobState.INDEXING
    waiting = Q(state=JobState.WAITING) | Q(state=JobState.FAILED, recording=None)
    with transaction.atomic():
        if earlier and earlier != name:
            job.refuse_if_held()
        _change(job, waiting, state=step, step=step, transcript=name, transcript_name=file_name[-255:])
        if earlier and earlier != name:
            transaction.on_commit(lambda: _delete(earlier))


@transaction.atomic
def cancel(job: Job) -> None:
    """Give a job up, with its files; whoever works on it notices. A recording that it has made stays.

    Raise ``InvalidRequest`` if it is ready, or ``Held`` if a legal hold keeps what is brought to its collection.
    """
    if not job.cancel():
        raise InvalidRequest(_NOT_NOW)
    transaction.on_commit(lambda: delete_all(job))


def _change(job: Job, condition: Q, **changes: object) -> None:
    """Change a job that nobody works on, and this object with it. Raise ``InvalidRequest`` in another state."""
    changes |= {"reason": "", "attempts": 0, "due_at": Now()}
    if not Job.objects.filter(condition, pk=job.pk, owner="").update(**changes):
        raise InvalidRequest(_NOT_NOW)
    job.refresh_from_db()


def _delete(name: str) -> None:
    try:
        storage().delete(name)
    except (StorageFailed, SignInFailed) as error:
        logger.warning("A transcript that was replaced cannot be deleted now; the daily purge does it: %s", line(error))
