"""Reading what a test wrote as a transcript."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chat.recordings.transcripts import Transcript, open_sources, read


def of(tmp_path: Path, value: Any) -> Transcript:
    """Return the transcript in a file of this JSON."""
    file = tmp_path / "talk.json"
    file.write_text(json.dumps(value))
    (source,) = open_sources(file)
    return read(source)


def rows(found: Transcript) -> list[tuple[str, str, float | None, float | None]]:
    """Return speaker, text, start and end of each utterance."""
    return [(u.speaker, u.text, u.start, u.end) for u in found.utterances]
