"""A fake on loopback of a transcription server like OpenAI's: it hears beeps, and records what it is asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser

from . import beeps
from .loopback import QuietHandler, on_loopback

PROVIDER_TEXT = "canary-of-the-recogniser-7714"
KEY = "canary-of-the-transcriber-4471"


@dataclass(frozen=True)
class Asked:
    """A request as it was received."""

    path: str
    key: str
    fields: dict[str, list[str]]
    name: str
    content: bytes


def verbose(asked: Asked) -> dict[str, Any]:
    """Return what is heard as ``verbose_json``: a segment for each three words, and the words beside them."""
    words = [{"word": beep.word, "start": beep.start, "end": beep.end} for beep in beeps.heard(asked.content)]
    groups = [words[at : at + 3] for at in range(0, len(words), 3)]
    segments = [
        {"start": group[0]["start"], "end": group[-1]["end"], "text": " ".join(f"{word['word']}," for word in group)}
        for group in groups
    ]
    text = " ".join(str(segment["text"]) for segment in segments)
    return {"task": "transcribe", "language": "english", "text": text, "segments": segments, "words": words}


@dataclass
class TranscriptionServer:
    """The interface for tests. ``plan`` has the next responses; later ones are by ``answer``.

    An entry is a status, a ``(status, Retry-After)``, bytes, a JSON value, or ``stall``.
    """

    plan: list[Any] = field(default_factory=list)
    answer: Callable[[Asked], Any] = verbose
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    code: str = "some_code"
    """The code of errors."""
    stalling: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when the client has closed the connection of a request that stalls."""


@contextmanager
def serving() -> Iterator[TranscriptionServer]:
    """Run a server at ``url`` while the block runs."""
    fake = TranscriptionServer()
    with on_loopback(_Handler, fake=fake) as url:
        fake.url = f"{url}/v1"
        yield fake


class _Handler(QuietHandler):
    fake: TranscriptionServer

    def do_POST(self) -> None:  # noqa: N802  # the name is http.server's
        asked = self._asked()
        self.fake.asked.append(asked)
        step = self.fake.plan.pop(0) if self.fake.plan else self.fake.answer(asked)
        status, after = step if isinstance(step, tuple) else (step, None)
        if step == "stall":
            self._stall()
        elif isinstance(status, int):
            error = {"message": f"{PROVIDER_TEXT}: you sent {asked.key}", "code": self.fake.code}
            self._send(status, json.dumps({"error": error}).encode(), after)
        else:
            self._send(200, step if isinstance(step, bytes) else json.dumps(step).encode())

    def _asked(self) -> Asked:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers["Content-Type"]
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not kind.startswith("multipart/"):
            return Asked(self.path, key, {}, "", body)
        meta = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}
        handler = MemoryFileUploadHandler()
        handler.activated = True
        fields, files = MultiPartParser(meta, BytesIO(body), [handler]).parse()
        file: Any = files["file"]
        return Asked(self.path, key, dict(fields.lists()), str(file.name), file.read())

    def _stall(self) -> None:
        self.fake.stalling.set()
        self.connection.settimeout(20)
        if not self.rfile.read(1):
            self.fake.gone.set()
        self.close_connection = True

    def _send(self, status: int, content: bytes, after: object = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if after is not None:
            self.send_header("Retry-After", str(after))
        self.end_headers()
        self.wfile.write(content)
