"""``faster-whisper:<size or folder>``: Whisper on this machine, on its processor or on CUDA.

It runs as a process for each recording: the memory of a model is given back, and a crash hurts nobody.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from queue import Empty, Queue
from threading import Lock, Thread
from time import monotonic
from typing import IO, Any

from django.conf import settings

from .answers import heard_in
from .document import spoken
from .failures import SILENT
from .interface import Report, Spoken, TranscriptionFailed
from .joining import joined
from .media import is_installed
from .preparing import ACCEPTED, PREPARED, sound_alone
from .programs import TICK_SECONDS
from .silences import Part

FAILED = {
    "install": "faster-whisper is not installed on this server, or not whole; its operator must look at it.",
    "load": "The model of faster-whisper could not be loaded; the operator of this site must look at it.",
    "hear": "faster-whisper could not work with this recording.",
    "": "faster-whisper ended without a word, perhaps for lack of memory; the operator of this site must look at it.",
}
_PROGRAM = Path(__file__).with_name("recogniser.py")
_PASSED = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "CUDA_", "HF_", "HTTPS_PROXY", "SSL_CERT_", "OMP_", "TMPDIR")
"""What of the environment it gets, by the beginning of the name: no credentials of the site."""

logger = logging.getLogger(__name__)


def provide(name: str) -> WhisperTranscriber:
    """Return the transcriber of a model, which is a size such as ``small``, or a folder."""
    return WhisperTranscriber(name)


class WhisperTranscriber:
    """Runs one recording at a time: each takes all processors and a gigabyte or more of memory."""

    def __init__(self, model: str) -> None:
        self.name = f"faster-whisper:{model}"
        self._model = model
        self._running = Lock()

    def transcribe(self, audio: Path, report: Report) -> Spoken:
        """Return what is said in a file. Raise ``TranscriptionFailed``."""
        while not self._running.acquire(timeout=TICK_SECONDS):
            report(0.0)
        try:
            with _sound(audio, report) as sound:
                return self._hear(sound, report)
        finally:
            self._running.release()

    def _hear(self, sound: Path, report: Report) -> Spoken:
        folder = Path(settings.DATA_DIR) / "models"
        heard = _Heard()
        _run([sys.executable, "-P", str(_PROGRAM), self._model, str(folder), "auto", str(sound)], heard, report)
        answer = {"language": heard.info.get("language"), "segments": heard.segments}
        found = heard_in(json.dumps(answer).encode())
        length = heard.info.get("duration")
        return spoken(joined([(Part(0.0, length or inf), found)]), duration=length, language=found.language)


@dataclass
class _Heard:
    """What the program has printed so far."""

    info: dict[str, Any] = field(default_factory=dict)
    segments: list[dict[str, Any]] = field(default_factory=list)
    failed: str = ""

    def take(self, line: str) -> None:
        value = json.loads(line)
        if "failed" in value:
            self.failed = value["failed"]
        elif "text" in value:
            self.segments.append(value)
        else:
            self.info = value

    @property
    def share(self) -> float:
        length = self.info.get("duration")
        return min(1.0, self.segments[-1]["end"] / length) if self.segments and length else 0.0


@contextmanager
def _sound(audio: Path, report: Report) -> Iterator[Path]:
    """Give the samples of a file while the block runs; without ffmpeg faster-whisper reads common files itself."""
    if not is_installed():
        if audio.suffix.lower() not in ACCEPTED:
            raise TranscriptionFailed(f"A file like this ({audio.suffix}) needs ffmpeg, which is not installed here.")
        yield audio
        return
    with sound_alone(audio, report) as sound:
        yield sound.path


def _run(command: list[str], heard: _Heard, report: Report) -> None:
    """Run the program to its end, and report every second. Raise ``TranscriptionFailed``."""
    environ = {name: value for name, value in os.environ.items() if name.upper().startswith(_PASSED)}
    with tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(  # noqa: S603  # a list of arguments, without a shell
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True, env=environ
        ) as process:
            try:
                for line in _lines(process):
                    if line:
                        heard.take(line)
                    report(PREPARED + (1 - PREPARED) * heard.share)
            finally:
                process.kill()
        if process.returncode:
            errors.seek(0)
            logger.warning("faster-whisper ended with %s: %s", process.returncode, errors.read()[-2000:])
            raise TranscriptionFailed(FAILED[heard.failed], again=not heard.failed)


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield each line that the program prints, and an empty one for each second without."""
    lines: Queue[str | None] = Queue()
    Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    heard_at = monotonic()
    while True:
        try:
            line = lines.get(timeout=TICK_SECONDS)
        except Empty:
            if monotonic() - heard_at > settings.TRANSCRIBER_SECONDS:
                raise TranscriptionFailed(SILENT, again=True) from None
            yield ""
            continue
        if line is None:
            return
        heard_at = monotonic()
        yield line


def _read(output: IO[str], lines: Queue[str | None]) -> None:
    try:
        for line in output:
            lines.put(line)
    finally:
        lines.put(None)
