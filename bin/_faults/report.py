"""docs/reliability.md: the promises, the measured figures, and the faults that were not run."""

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

from . import campaign  # noqa: F401  # fills FAULTS

SETUPS = {"sqlite": "SQLite × 1", "scaled": "PostgreSQL + Redis × 3"}
INTRODUCTION = """\
# Reliability

No question and no answer is ever lost, doubled or stuck. This page says what that means when something fails, and what
was measured under faults. `bin/faults` writes it; `bin/test` runs the same faults in short form (`tests/faults`).

Each run injects one fault into a running site while people ask and read. Afterwards an offline checker compares what
every tab received, what the database stores and which calls the model got: each accepted question is one turn with at
most one call; the text shown is the beginning of the stored text, and never shrinks; every view has its chunks without
gaps or repeats; at most one answer streams for each login session and conversation; every turn ends, in the same state
for all; it is `complete` only if the model gave a finish reason; questions are served in the order in which they came;
an answer has sources only for markers that are shown, and all of these, however it ended; nobody sees the data of
others. *Shown but lost* counts characters, *doubled* turns and model calls, *stuck* turns that did not end. A run keeps
its promise if its figure and all of these hold.
"""


@dataclass(frozen=True)
class Row:
    """All runs of one fault on one set-up."""

    fault: Fault
    setup: str
    outcomes: list[dict[str, Any]]

    @property
    def figures(self) -> list[float]:
        """The measured figures of all runs, sorted."""
        return sorted(figure for outcome in self.outcomes for figure in outcome["figures"])

    @property
    def minutes(self) -> float:
        """The mean duration of a run."""
        return statistics.mean(float(outcome["seconds"]) for outcome in self.outcomes) / 60

    @property
    def broken(self) -> list[dict[str, Any]]:
        """Runs with a broken promise."""
        return [outcome for outcome in self.outcomes if outcome["problem"]]

    @property
    def is_kept(self) -> bool:
        """Whether every run kept the promise, and all figures together do, if it is about a percentile."""
        return not self.broken and percentile(self.figures, self.fault.share) <= self.fault.at_most[self.setup]

    def total(self, count: str) -> int:
        """Return the sum of a count over all runs."""
        return sum(outcome[count] for outcome in self.outcomes)

    def cells(self) -> list[str]:
        """Return the cells of this row of the table."""
        limit = f"{'' if self.fault.share == 1.0 else 'p95 '}≤ {self.fault.at_most[self.setup]:g}"
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
    """Write the report, with a note about how it was measured; return 1 if a promise was not kept."""
    rows = _rows(results)
    report.write_text(
        "\n".join([INTRODUCTION, *_table(rows, note), *_totals(rows), *_broken(rows), *_not_run(rows)]) + "\n"
    )
    print(f"{report}: {sum(row.is_kept for row in rows)} of {len(rows)} promises kept")
    return 0 if all(row.is_kept for row in rows) else 1


def _rows(results: Path) -> list[Row]:
    outcomes: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for line in results.read_text().splitlines() if results.exists() else []:
        outcome = json.loads(line)
        outcomes[outcome["number"], outcome["setup"]].append(outcome)
    faults = sorted(FAULTS, key=lambda fault: _order(fault.number))
    rows = [Row(fault, setup, outcomes[fault.number, setup]) for fault in faults for setup in SETUPS]
    return [row for row in rows if row.outcomes]


def _order(number: str) -> tuple[int, str]:
    [(digits, rest)] = re.findall(r"^(\d+)(.*)", number)
    return int(digits), rest


def _table(rows: list[Row], note: str) -> list[str]:
    head: tuple[str, ...] = (
        "fault",
        "name: measured figure",
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
    def total(count: str) -> int:
        return sum(row.total(count) for row in rows)

    restarts = sum(len(row.outcomes) for row in rows if row.fault.number == "6")
    return [
        "\n## All runs together\n",
        f"- `kill -9`: {total('kills')} times; {total('lost')} of {total('shown'):,} characters shown were lost,"
        f" {total('stuck')} of {total('asked'):,} turns got stuck.",
        f"- Repeated submits of the same question: {total('submits'):,}; second model calls or second turns:"
        f" {total('doubled')} of {total('asked'):,}.",
        f"- Model answers that were cut off at some point: {total('cut_points'):,}; malformed ones, made of random"
        f" steps: {total('scripts'):,}.",
        f"- Rolling restarts of all processes, while answers streamed: {restarts}.",
        f"- Model calls: {total('calls'):,}.",
    ]


def _broken(rows: list[Row]) -> list[str]:
    broken = [(row, outcome) for row in rows for outcome in row.broken]
    if not broken:
        return []
    lines = ["\n## Broken promises\n", "With the seed of the run, and the first problems that it reported.\n"]
    for row, outcome in broken:
        problems = outcome["problem"].splitlines()[1:3]
        lines.append(f"- {row.fault.number}, {SETUPS[row.setup]}, seed {outcome['seed']}: {'; '.join(problems)[:300]}")
    return lines


def _not_run(rows: list[Row]) -> list[str]:
    ran = {(row.fault.number, row.setup) for row in rows}
    lines = []
    for fault in sorted(FAULTS, key=lambda fault: _order(fault.number)):
        for setup, name in SETUPS.items():
            if setup not in fault.setups:
                lines.append(f"- {fault.number} ({fault.name}) on {name}: {fault.absent}.")
            elif (fault.number, setup) not in ran:
                lines.append(f"- {fault.number} ({fault.name}) on {name}: not run for this report.")
    few = [row for row in rows if len(row.outcomes) < 20]
    lines += [
        f"- {row.fault.number} on {SETUPS[row.setup]}: {len(row.outcomes)} of 20 runs, each of {row.minutes:.0f} min."
        for row in few
    ]
    return ["\n## Not run, or fewer than 20 runs\n", *lines] if lines else []
