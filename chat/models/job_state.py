"""The states of a job, and the order of its steps: the only place that spells them out."""

from __future__ import annotations

from django.db import models


class JobState(models.TextChoices):
    """How far a job is. Between ``UPLOADED`` and ``READY`` it is in the state of the step that is done or comes next.

    ``WAITING`` is for a transcript that somebody has to attach, ``FAILED`` for somebody who tries again.
    """

    UPLOADED = "uploaded", "Uploaded"
    CONVERTING = "converting", "Converting"
    TRANSCRIBING = "transcribing", "Transcribing"
    INDEXING = "indexing", "Indexing"
    EMBEDDING = "embedding", "Embedding"
    WAITING = "waiting", "Waiting for a transcript"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


STEPS = (JobState.CONVERTING, JobState.TRANSCRIBING, JobState.INDEXING, JobState.EMBEDDING)
NEXT = dict(zip(STEPS, [*STEPS[1:], JobState.READY], strict=True))
TO_DO = (JobState.UPLOADED, *STEPS)
"""The states of jobs that a process works on, or will."""
UNFINISHED = (*TO_DO, JobState.WAITING, JobState.FAILED)
