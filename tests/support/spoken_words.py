"""What a transcription says, read as the importer of recordings reads it."""

from __future__ import annotations

from pathlib import Path

from chat.recordings.transcripts import Transcript, open_sources, read
from chat.transcription import Spoken, transcriber


def transcribed(audio: Path, reports: list[float] | None = None) -> Spoken:
    """Transcribe a file with the transcriber of the settings."""
    made = transcriber()
    assert made
    return made.transcribe(audio, ([] if reports is None else reports).append)


def imported(spoken: Spoken, folder: Path) -> Transcript:
    """Return the document as the importer reads it."""
    file = folder / f"2026-03-04 Talk{spoken.suffix}"
    file.write_text(spoken.document, encoding="utf-8")
    return read(open_sources(file)[0])


def words_of(transcript: Transcript) -> list[tuple[str, float, float]]:
    """Return each word with its times, in order."""
    return [
        (utterance.text[word.at : word.at + word.length].strip(",. "), word.start, word.end)
        for utterance in transcript.utterances
        for word in utterance.words
    ]
