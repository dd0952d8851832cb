"""bin/faults: run the faults of tests/faults again and again on both set-ups, and write docs/reliability.md.

Each outcome is appended to a file of JSON lines as soon as it is known, and the report is made of all that this file
holds: several runs, also at the same time, add up. Everything happens on loopback, with servers and sites that it
starts and ends itself. Exit status 1 when a promise was not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """Run, report."""
    options = _options()
    for ending in (signal.SIGINT, signal.SIGTERM):  # however we are ended, what we have started ends first
        signal.signal(ending, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="chatsite-faults-run-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "chatsite.settings", "DATA_DIR": folder, "ENV_FILE": os.devnull}
        import django

        django.setup()
        from .campaign import campaign

        if options.minutes:
            asyncio.run(campaign(options))
    from .report import write

    return write(options.results, options.report, options.note)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long at most; 0: just write the report")
    parser.add_argument("--only", default="", help="numbers of faults, separated by commas (default: all but the long)")
    parser.add_argument("--setup", default="sqlite,scaled", help="sqlite, scaled or both (default)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the first seed (default: the time)")
    parser.add_argument("--runs", type=int, default=20, help="enough runs of each fault on each set-up")
    parser.add_argument("--at-once", type=int, default=4, help="calm faults that run at the same time")
    parser.add_argument("--apart", type=float, default=0.0, help="seconds between the starts of those")
    parser.add_argument("--results", type=Path, default=ROOT / "var" / "faults.jsonl", help="where outcomes are kept")
    parser.add_argument("--note", default="", help="a sentence for the report about how it was measured")
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "reliability.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
