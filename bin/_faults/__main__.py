"""bin/faults: run the faults of tests/faults repeatedly on both set-ups, and write docs/reliability.md.

Each outcome is appended to a file of JSON lines at once, and the report is made from the whole file: several campaigns,
even concurrent ones, add up. Everything runs on loopback, with servers and sites that the command starts and stops
itself. Exit with status 1 if a promise was not kept.
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
    """Run the campaign and write the report; return 1 if a promise was not kept."""
    options = _options()
    for number in (signal.SIGINT, signal.SIGTERM):  # both must stop first what we have started
        signal.signal(number, signal.default_int_handler)
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
    parser.add_argument("--minutes", type=float, default=30.0, help="longest duration; 0 only writes the report")
    parser.add_argument("--only", default="", help="fault numbers, separated by commas (default: all but the long)")
    parser.add_argument("--setup", default="sqlite,scaled", help="sqlite, scaled or both (default)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="seed of all runs (default: the time)")
    parser.add_argument("--runs", type=int, default=20, help="runs of each fault on each set-up")
    parser.add_argument("--at-once", type=int, default=4, help="number of calm faults that run at once")
    parser.add_argument("--apart", type=float, default=0.0, help="seconds between the starts of these")
    parser.add_argument("--results", type=Path, default=ROOT / "var" / "faults.jsonl", help="file of the outcomes")
    parser.add_argument("--note", default="", help="a sentence for the report about the measurement")
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "reliability.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
