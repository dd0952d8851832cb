"""A stand-in for the package faster-whisper, whose models no package carries: it hears beeps, or does as it is told."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

sys.path.append(os.environ["HF_TEST_ROOT"])


class WhisperModel:
    """Has the arguments and results of the real class."""

    def __init__(self, model_size_or_path: str, *, device: str, compute_type: str, download_root: str) -> None:
        if model_size_or_path == "missing":
            raise RuntimeError("canary-of-the-hub-3301")
        self.does = model_size_or_path

    def transcribe(self, audio: str, *, word_timestamps: bool, vad_filter: bool) -> tuple[Iterator[Any], Any]:
        """Return the segments, and what is known of the whole."""
        if self.does == "crash":
            os._exit(137)
        return self._segments(audio), SimpleNamespace(language="en", duration=9.0)

    def _segments(self, audio: str) -> Iterator[Any]:
        yield from self._heard(audio)
        yield SimpleNamespace(start=28.0, end=29.0, text=" made up", words=[])  # as models do after the end

    def _heard(self, audio: str) -> Iterator[Any]:
        from tests.support import beeps

        with open(audio, "rb") as file:  # noqa: PTH123
            found = beeps.heard(file.read())
        for at in range(0, len(found), 3):
            words = [
                SimpleNamespace(word=f" {beep.word}", start=beep.start, end=beep.end) for beep in found[at : at + 3]
            ]
            text = "".join(word.word for word in words)
            yield SimpleNamespace(start=words[0].start, end=words[-1].end, text=text, words=words)
            if self.does == "stall":
                time.sleep(60)
