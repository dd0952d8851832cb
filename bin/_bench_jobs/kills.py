"""What was killed: a table of it, and a file to which a bench that was ended adds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

HEAD = (
    "| database | killed in | kills | stuck or failed | another result | seconds until ready (median) | longest |",
    "|---|---|---|---|---|---|---|",
)
STUCK = "stuck"


@dataclass(frozen=True)
class Kill:
    """The step in which a process was killed, the seconds until the job was ready, and what was wrong, if anything."""

    step: str
    seconds: float
    wrong: str


@dataclass
class Kills:
    """All kills of a set-up so far; those that are added go into ``file`` as well, if there is one."""

    setup: str
    file: Path | None
    known: list[Kill] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.file and self.file.exists():
            entries = map(json.loads, self.file.read_text().splitlines())
            self.known += [Kill(**entry["kill"]) for entry in entries if entry["setup"] == self.setup]

    def add(self, kill: Kill) -> None:
        self.known.append(kill)
        if self.file:
            with self.file.open("a") as file:
                file.write(json.dumps({"setup": self.setup, "kill": asdict(kill)}) + "\n")

    def rarest(self, steps: Sequence[str]) -> tuple[str, int]:
        """Return the step in which the fewest were killed, and how many."""
        counts = Counter(kill.step for kill in self.known)
        step = min(steps, key=lambda step: counts[step])
        return step, counts[step]

    def rows(self, steps: Sequence[str]) -> Iterator[str]:
        """Yield a row of the table for each step, and a line for each kind of fault."""
        for step in steps:
            kills = [kill for kill in self.known if kill.step == step]
            if not kills:
                continue
            seconds = sorted(kill.seconds for kill in kills)
            faults = [kill.wrong for kill in kills if kill.wrong]
            stuck = sum(fault.startswith(STUCK) for fault in faults)
            times = f"{seconds[len(seconds) // 2]:.1f} | {seconds[-1]:.1f}"
            yield f"| {self.setup} | {step} | {len(kills)} | {stuck} | {len(faults) - stuck} | {times} |"
        for (step, wrong), count in Counter((kill.step, kill.wrong) for kill in self.known if kill.wrong).items():
            yield f"{count} × {step or 'not killed'}: {wrong}"
