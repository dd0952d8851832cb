"""The second step: the transcript of the audio, unless one was brought with it."""

from __future__ import annotations

from .work import Work, kept


def transcribe(work: Work) -> None:
    """Go on with the transcript, or wait for somebody to attach one."""
    job = work.job
    kept(job.advance() if job.transcript or job.document else job.await_transcript())
