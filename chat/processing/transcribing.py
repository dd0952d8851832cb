"""The second step: the transcript of the audio, unless one was brought with it."""

from __future__ import annotations

from ..transcription import transcriber
from .work import Work, kept, rest


def transcribe(work: Work) -> None:
    """Write down what is said, or wait for somebody to attach it. Raise ``TranscriptionFailed``."""
    job = work.job
    if job.transcript or job.document:
        kept(job.advance())
        return
    made = transcriber()
    if made is None:
        kept(job.await_transcript())
        return
    rest()
    with work.file(job.converted or job.audio) as path:
        spoken = made.transcribe(path, work.report)
    document = work.folder / f"spoken{spoken.suffix}"
    document.write_text(spoken.document, encoding="utf-8")
    kept(job.advance(document=work.keep(document), notes=list(spoken.notes)))
