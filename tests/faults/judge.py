"""Check the history of a broken promise again: ``python -m tests.faults.judge FILE``."""

from __future__ import annotations

import sys
from pathlib import Path

from .checker import check
from .history import History


def main(path: Path) -> int:
    """Print every breach; return 1 if there is one."""
    breaches = check(History.read(path))
    for breach in breaches:
        print(f"{breach.invariant}: {breach.description}")  # noqa: T201  # for the terminal
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
