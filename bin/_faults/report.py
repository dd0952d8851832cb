"""docs/reliability.md: what was promised, what was measured, and what was not run."""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults.fault import FAULTS, Fault, percentile

from . import campaign  # noqa: F401  # knows all faults

SETUPS = {"sqlite": "SQLite × 1", "scaled": "PostgreSQL + Redis × 3"}
INTRODUCTION = """\
# Reliability

Nothing asked or answered is ever lost, doubled or stuck. This page says what that means when something breaks, and
what was measured when it was broken. `bin/faults` has written it; the same faults run in short form in `bin/test`
(`tests/faults`).

A run breaks a running site in one way while people ask and read. Afterwards an offline checker compares what every tab
was sent, what the database holds and which calls the model got: each accepted question is one turn with at most one
call; what was shown is the beginning of what is stored, and never shrinks; every view has its chunks without gap or
repeat; at most one answer streams for each login session and conversation; every turn ends, in one state for all;
`complete` only with the model's word for it; first come, first served; sources only with complete answers; nobody sees
what is not theirs. *Shown but lost* counts characters, *doubled* turns and calls of the model, *stuck* turns that did
not end. A run is kept when its figure and all of these hold.
"""


@dataclass(frozen=True)
class Row:
    """All runs of one fault on one set-up."""

    fault: Fault
    setup: str
    outcomes: list[dict[str, Any]]

    @property
    def figures(self) -> list[float]:
        """What was measured, in order of size."""
        return sorted(figure for outcome in self.outcomes for figure in outcome["figures"])

    @property
    def minutes(self) -> float:
        """How long a run takes."""
        return statistics.mean(float(outcome["seconds"]) for outcome in self.outcomes) / 60

    @property
    def broken(self) -> list[dict[str, Any]]:
        """Runs in which something was not as promised."""
        return [outcome for outcome in self.outcomes if outcome["problem"]]

    @property
    def is_kept(self) -> bool:
        """Whether the promise held in every run, and the figure where it is about a share of them."""
        return not self.broken and percentile(self.figures, self.fault.most) <= self.fault.at_most[self.setup]

    def total(self, what: str) -> int:
        """The sum over all runs."""
        return sum(outcome[what] for outcome in self.outcomes)

    def cells(self) -> list[str]:
        """One line of the table."""
        limit = f"{'' if self.fault.most == 1.0 else 'p95 '}≤ {self.fault.at_most[self.setup]:g}"
        figures = self.figures
        middle = (statistics.median(figures), percentile(figures, 0.95), figures[-1]) if figures else ()
        measured = [f"{each:.2f}" for each in middle] or ["–"] * 3
        return [
            self.fault.number,
            f"{self.fault.name}: {self.fault.figure}",
            SETUPS[self.setup],
            str(len(self.outcomes)),
            *measured,
            limit,
            "yes" if self.is_kept else f"**no** ({len(self.broken)} of {len(self.outcomes)} runs)",
            f"{self.total('lost')} of {self.total('shown'):,}",
            f"{self.total('doubled')} of {self.total('asked'):,}",
            f"{self.total('stuck')} of {self.total('asked'):,}",
        ]


def write(results: Path, report: Path, note: str) -> int:
    """Make the report, with a note about how it was measured; returns 1 when a promise was not kept."""
    rows = _rows(results)
    report.write_text(
        "\n".join([INTRODUCTION, *_table(rows, note), *_totals(rows), *_broken(rows), *_not_run(rows)]) + "\n"
    )
    print(f"{report}: {sum(row.is_kept for row in rows)} of {len(rows)} promises kept")
    return 0 if all(row.is_kept for row in rows) else 1


def _rows(results: Path) -> list[Row]:
    found: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for line in results.read_text().splitlines() if results.exists() else []:
        outcome = json.loads(line)
        found[outcome["number"], outcome["setup"]].append(outcome)
    faults = sorted(FAULTS, key=lambda each: _order(each.number))
    rows = [Row(each, setup, found[each.number, setup]) for each in faults for setup in SETUPS]
    return [row for row in rows if row.outcomes]


def _order(number: str) -> tuple[int, str]:
    [(digits, rest)] = re.findall(r"^(\d+)(.*)", number)
    return int(digits), rest


def _table(rows: list[Row], note: str) -> list[str]:
    head: tuple[str, ...] = (
        "fault",
        "what, and the figure",
        "set-up",
        "runs",
        "median",
        "p95",
        "max",
        "promise",
        "kept",
    )
    head += ("shown but lost", "doubled", "stuck")
    place = f"{os.cpu_count()} cores for sites, servers and clients together, Python {platform.python_version()}"
    return [
        f"Measured on {datetime.now(UTC):%d %B %Y}; {place}. {note}".rstrip() + "\n",
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row.cells()) + " |" for row in rows),
    ]


def _totals(rows: list[Row]) -> list[str]:
    def total(what: str) -> int:
        return sum(row.total(what) for row in rows)

    restarts = sum(len(row.outcomes) for row in rows if row.fault.number == "6")
    return [
        "\n## All runs together\n",
        f"- `kill -9`: {total('kills')} times; {total('lost')} of {total('shown'):,} characters shown were lost,"
        f" {total('stuck')} of {total('asked'):,} turns got stuck.",
        f"- Submits of a question that was submitted before: {total('submits'):,}; second calls of the model or second"
        f" turns: {total('doubled')} of {total('asked'):,}.",
        f"- Answers of the model that were cut off at some point: {total('cut_points'):,}; that were nonsense made of"
        f" random pieces: {total('scripts'):,}.",
        f"- Restarts of all processes, one after the other, under streaming users: {restarts}.",
        f"- Calls of the model: {total('calls'):,}.",
    ]


def _broken(rows: list[Row]) -> list[str]:
    broken = [(row, outcome) for row in rows for outcome in row.broken]
    if not broken:
        return []
    lines = ["\n## Not kept\n", "With the seed of the run, and what the checker or the fault itself found first.\n"]
    for row, outcome in broken:
        said = outcome["problem"].splitlines()[1:3]
        lines.append(f"- {row.fault.number}, {SETUPS[row.setup]}, seed {outcome['seed']}: {'; '.join(said)[:300]}")
    return lines


def _not_run(rows: list[Row]) -> list[str]:
    ran = {(row.fault.number, row.setup) for row in rows}
    lines = []
    for each in sorted(FAULTS, key=lambda each: _order(each.number)):
        for setup, name in SETUPS.items():
            if setup not in each.setups:
                lines.append(f"- {each.number} ({each.name}) on {name}: {each.absent}.")
            elif (each.number, setup) not in ran:
                lines.append(f"- {each.number} ({each.name}) on {name}: not run for this report.")
    few = [row for row in rows if len(row.outcomes) < 20]
    lines += [
        f"- {row.fault.number} on {SETUPS[row.setup]}: {len(row.outcomes)} of 20 runs, each of {row.minutes:.0f} min."
        for row in few
    ]
    return ["\n## Not run, or less often than 20 times\n", *lines] if lines else []
