"""Judge a history again that a broken promise has left behind: ``python -m tests.faults.judge FILE``."""

from __future__ import annotations

import sys
from pathlib import Path

from .checker import check
from .history import Story


def main(path: Path) -> int:
    """Tell every breach; returns 1 when there is one."""
    breaches = check(Story.read(path))
    for breach in breaches:
        print(f"{breach.invariant}: {breach.what}")  # noqa: T201  # its user is a terminal
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
