"""bin/bench-pages: what the pages of the site weigh and how long they take, as tables for docs/performance.md."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from . import access, conversations, passages, sockets, start, weight

PARTS: dict[str, Callable[[argparse.Namespace], Iterator[str]]] = {
    "weight": lambda options: weight.measure(),
    "conversations": lambda options: conversations.measure(
        options.servers, options.conversations, options.turns, options.folder / "conversations"
    ),
    "passages": lambda options: passages.measure(options.passages, options.servers[0], options.folder),
    "sockets": lambda options: sockets.measure(options.servers, options.sockets),
    "access": lambda options: access.measure(options.servers),
    "start": lambda options: start.compare(options.against) if options.against else start.measure(options.servers),
}
"""Each part yields the lines of its table as it measures them."""


def main() -> None:
    """Measure the parts that are asked for, one after the other."""
    options = _options()
    with TemporaryDirectory(prefix="chatsite-bench-") as folder:
        options.folder = options.folder or Path(folder)
        print(
            f"Ten million additions in a loop take {_speed():.2f} s; load average {os.getloadavg()[0]:.1f}", flush=True
        )
        for name in options.only:
            print(f"\n## {name}\n", flush=True)
            for line in PARTS[name](options):
                print(line, flush=True)


def _speed() -> float:
    began, total = time.perf_counter(), 0
    while total < 10_000_000:
        total += 1
    return time.perf_counter() - began


def _options() -> argparse.Namespace:
    def names(text: str) -> list[str]:
        parts = text.split(",")
        if unknown := set(parts) - PARTS.keys():
            raise argparse.ArgumentTypeError(f"no part is called {', '.join(sorted(unknown))}")
        return parts

    parser = argparse.ArgumentParser(prog="bin/bench-pages", description=__doc__)
    parser.add_argument("--only", type=names, default=list(PARTS), metavar="PART,…", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--servers", type=lambda text: text.split(","), default=["daphne", "uvicorn"])
    sizes: dict[str, Any] = {"type": lambda text: [int(number) for number in text.split(",")], "metavar": "N,…"}
    parser.add_argument("--conversations", default=[1, 1_000, 100_000], help="of one user each", **sizes)
    parser.add_argument("--turns", default=[1, 10, 100, 1_000], help="of one conversation each", **sizes)
    parser.add_argument("--passages", default=[1_000, 30_000], help="1000000 take ten minutes, 6 GB", **sizes)
    parser.add_argument("--sockets", type=int, default=5_000, help="open at once")
    parser.add_argument("--against", type=Path, nargs="+", metavar="TREE", help="start: compare with working copies")
    parser.add_argument("--folder", type=Path, help="keep the filled databases there, and use them again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
