"""The history of a run: everything that all tabs sent and received, in order, for the checker."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Record:
    """One occurrence in one tab. ``what`` is ``opened``, ``closed``, ``sent``, ``event`` or ``page``.

    ``at`` is in monotonic seconds, which all processes of a machine share; ``socket`` counts the tab's connections.
    ``data`` is the command or event; for a page the turn, its seq, state and text; for a close the code.
    """

    at: float
    tab: str
    person: str
    socket: int
    what: str
    data: dict[str, Any]


@dataclass(frozen=True)
class StoredTurn:
    """A turn in the database, with its related rows. ``number`` is its place in the order of acceptance.

    ``cited`` has the recording of each citation with a marker, and ``numbers`` its number.
    """

    number: int
    uuid: str
    request_id: str
    login_session: int
    conversation: int
    question: str
    state: str
    seq: int
    answer: str
    lengths: Sequence[int]
    chunks: int
    finish_reason: str
    failure: str
    stop_seen: int | None
    filter: Sequence[str] = ()
    cited: Sequence[str] = ()
    numbers: Sequence[int] = ()


@dataclass(frozen=True)
class Call:
    """One call of the model, and ``how`` it ended.

    ``how`` is ``finished`` (with a finish reason), ``cancelled``, ``failed``, ``broken off``, ``refused`` (before any
    text, so that it may be retried), or empty if its process was killed. ``tasks`` is the number of tasks in its
    process at its start; ``pid`` is 0 for a call that the upstream logged.
    """

    question: str
    pid: int
    begun: float
    ended: float | None = None
    how: str = ""
    tasks: int = 0


@dataclass
class History:
    """The history of one run. ``gone`` has the moment at which a process was killed or paused, by its pid."""

    records: list[Record] = field(default_factory=list)
    turns: list[StoredTurn] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    gone: dict[int, float] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    """The person who asked, by the mark of the question."""

    def note(self, tab: str, person: str, socket: int, what: str, data: dict[str, Any]) -> Record:
        """Append a record of this moment."""
        record = Record(time.monotonic(), tab, person, socket, what, data)
        self.records.append(record)
        return record

    def write(self, path: Path) -> None:
        """Write the history as JSON lines."""
        parts: Iterable[tuple[str, Any]] = [
            *(("record", record) for record in self.records),
            *(("turn", turn) for turn in self.turns),
            *(("call", call) for call in self.calls),
        ]
        lines = [json.dumps({"kind": kind} | asdict(part)) for kind, part in parts]
        lines.append(json.dumps({"kind": "known", "gone": self.gone, "marks": self.marks}))
        path.write_text("\n".join(lines) + "\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a history from such a file."""
        history = cls()
        for line in path.read_text().splitlines():
            part = json.loads(line)
            match part.pop("kind"):
                case "record":
                    history.records.append(Record(**part))
                case "turn":
                    history.turns.append(StoredTurn(**part))
                case "call":
                    history.calls.append(Call(**part))
                case "known":
                    history.gone = {int(pid): at for pid, at in part["gone"].items()}
                    history.marks = part["marks"]
        return history


def read_calls(path: Path) -> list[Call]:
    """Read the calls from a log that ``paced.log_call`` has written."""
    calls: list[Call] = []
    for line in path.read_text().splitlines() if path.exists() else []:
        entry = json.loads(line)
        if entry["what"] == "begun":
            calls.append(Call(entry["question"], entry["pid"], entry["at"], tasks=entry["tasks"]))
            continue
        key = (entry["question"], entry["pid"])
        place = next(
            n for n in reversed(range(len(calls))) if (calls[n].question, calls[n].pid) == key and not calls[n].how
        )
        calls[place] = replace(calls[place], ended=entry["at"], how=entry["what"])
    return calls
