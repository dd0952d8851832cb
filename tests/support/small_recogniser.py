"""A real recogniser behind the wire of OpenAI: pocketsphinx, whose package carries its model of English.

It recognises badly, so what is tested with it is the pipe, from a file of sound to a recording, and not its quality.
"""

from __future__ import annotations

import subprocess
from functools import cache
from typing import Any

from pocketsphinx import Decoder

from .transcription_server import Asked

FRAMES = 100
"""In a second."""


@cache
def _decoder() -> Any:
    """Return a recogniser that is set to be quick rather than right."""
    return Decoder(samprate=16_000, maxhmmpf=2000, maxwpf=5, topn=2, fwdflat=False, bestpath=False, loglevel="FATAL")


def verbose(asked: Asked) -> dict[str, Any]:
    """Return what is recognised in the file of a request, as ``verbose_json``."""
    command = ["ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "s16le", "-ac", "1", "-ar", "16000", "pipe:1"]
    samples = subprocess.run(command, input=asked.content, capture_output=True, check=True).stdout
    decoder = _decoder()
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()
    words = [
        {"word": found.word.partition("(")[0], "start": found.start_frame / FRAMES, "end": found.end_frame / FRAMES}
        for found in decoder.seg()
        if not found.word.startswith(("<", "["))
    ]
    text = " ".join(str(word["word"]) for word in words)
    segment = {"start": words[0]["start"], "end": words[-1]["end"], "text": text}
    return {"language": "english", "text": text, "segments": [segment], "words": words}
