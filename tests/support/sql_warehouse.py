"""A fake on loopback of a workspace with a volume and a SQL warehouse that has ``ai_transcribe``.

It takes statements at ``/api/2.0/sql/statements``, and hears beeps in the file of the volume that a statement names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from . import beeps
from .file_server import FileServer, _FilesApi
from .loopback import on_loopback

STATEMENTS = "/api/2.0/sql/statements"


@dataclass
class Warehouse(FileServer):
    """The interface for tests. ``states`` are those of the next answers, before the statement succeeds."""

    states: list[str] = field(default_factory=list)
    statements: list[dict[str, Any]] = field(default_factory=list)
    result: Any = None
    """What the function returns, if not what is heard; bytes for something that is no JSON."""
    cancelled: list[str] = field(default_factory=list)
    refusal: int = 0
    """The status with which statements are refused."""


@contextmanager
def warehouse() -> Iterator[Warehouse]:
    """Run a workspace at ``url`` while the block runs."""
    fake = Warehouse("volume")
    with on_loopback(_Statements, server_of=fake) as fake.url:
        yield fake


class _Statements(_FilesApi):
    server_of: Warehouse

    @override
    def _answer(self) -> None:
        if not self.path.startswith(STATEMENTS):
            super()._answer()
        elif self.server_of.refusal:
            self._receive()
            self._json({"error_code": "X", "message": "canary-of-the-warehouse-2207"}, self.server_of.refusal)
        elif self.path.endswith("/cancel"):
            self._receive()
            self.server_of.cancelled.append(self.path.split("/")[-2])
            self._json({})
        else:
            _, _, body = self._receive()
            if self.command == "POST":
                self.server_of.statements.append(json.loads(body))
            self._state()

    def _state(self) -> None:
        state = self.server_of.states.pop(0) if self.server_of.states else "SUCCEEDED"
        answer: dict[str, Any] = {"statement_id": "s-1", "status": {"state": state}}
        if state == "FAILED":
            answer["status"]["error"] = {"error_code": "BAD_REQUEST", "message": "canary-of-the-warehouse-2207"}
        if state == "SUCCEEDED":
            answer["result"] = {"data_array": [[self._heard()]]}
        self._json(answer)

    def _heard(self) -> str:
        if self.server_of.result is not None:
            return str(self.server_of.result)
        (path,) = (each["value"] for each in self.server_of.statements[-1]["parameters"])
        found = beeps.heard(self.server_of.files[path])
        segments = [
            {"start": beep.start, "end": beep.end, "speaker_id": str(1 + beep.number % 2), "text": beep.word}
            for beep in found
        ]
        return json.dumps({"error_message": None, "response": {"duration_seconds": 9, "segments": segments}})

    def _json(self, value: object, status: int = 200) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _answer  # noqa: N815  # the names of the base class
