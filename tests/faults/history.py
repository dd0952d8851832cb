"""What everybody saw and did, in order: the evidence that the checker judges."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Record:
    """One thing that happened to one tab. ``what`` is ``opened``, ``closed``, ``sent``, ``event`` or ``page``.

    ``at`` is monotonic seconds, which all processes of a machine share; ``socket`` counts the tab's connections.
    ``data`` is the command or event; of a page the turn, its seq, its state and its text; of a close the code.
    """

    at: float
    tab: str
    person: str
    socket: int
    what: str
    data: dict[str, Any]


@dataclass(frozen=True)
class StoredTurn:
    """A row of the database, with what belongs to it. ``number`` is its place in the order of acceptance."""

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


@dataclass(frozen=True)
class Call:
    """One call of the model. ``how`` it ended: ``finished`` (with a reason), ``cancelled``, ``failed``,
    ``broken off``, ``refused`` (before any text, so that the model may be asked again), or nothing when its process was
    killed. ``tasks`` are all that its process had when it began; ``pid`` is 0 where the upstream knows of the call."""

    question: str
    pid: int
    begun: float
    ended: float | None = None
    how: str = ""
    tasks: int = 0


@dataclass
class Story:
    """One run of a fault. ``gone`` says until when a process counts: killed, or put to sleep, at that moment."""

    records: list[Record] = field(default_factory=list)
    turns: list[StoredTurn] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    gone: dict[int, float] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    """The mark of each question, with the person who asked it."""

    def note(self, tab: str, person: str, socket: int, what: str, data: dict[str, Any]) -> Record:
        """Add what happens now."""
        record = Record(time.monotonic(), tab, person, socket, what, data)
        self.records.append(record)
        return record

    def write(self, path: Path) -> None:
        """All of it as JSON lines."""
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
        """What was written."""
        story = cls()
        for line in path.read_text().splitlines():
            part = json.loads(line)
            match part.pop("kind"):
                case "record":
                    story.records.append(Record(**part))
                case "turn":
                    story.turns.append(StoredTurn(**part))
                case "call":
                    story.calls.append(Call(**part))
                case "known":
                    story.gone = {int(pid): at for pid, at in part["gone"].items()}
                    story.marks = part["marks"]
        return story


def read_calls(path: Path) -> list[Call]:
    """The calls in a log that ``paced.note`` wrote."""
    calls: list[Call] = []
    for line in path.read_text().splitlines() if path.exists() else []:
        noted = json.loads(line)
        if noted["what"] == "begun":
            calls.append(Call(noted["question"], noted["pid"], noted["at"], tasks=noted["tasks"]))
            continue
        mine = (noted["question"], noted["pid"])
        place = next(
            n for n in reversed(range(len(calls))) if (calls[n].question, calls[n].pid) == mine and not calls[n].how
        )
        calls[place] = replace(calls[place], ended=noted["at"], how=noted["what"])
    return calls
