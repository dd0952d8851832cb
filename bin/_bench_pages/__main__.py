"""bin/bench-pages: what the pages of the site weigh and how long they take, as tables for docs/performance.md."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from . import weight

PARTS: dict[str, Callable[[], Iterator[str]]] = {"weight": weight.measure}
"""Each part yields the lines of its table as it measures them."""


def main() -> None:
    """Measure the parts that are asked for, one after the other."""
    options = _options()
    for number, name in enumerate(options.only):
        print(f"{'' if number == 0 else chr(10)}## {name}\n", flush=True)
        for line in PARTS[name]():
            print(line, flush=True)


def _options() -> argparse.Namespace:
    def names(text: str) -> list[str]:
        parts = text.split(",")
        if unknown := set(parts) - PARTS.keys():
            raise argparse.ArgumentTypeError(f"no part is called {', '.join(sorted(unknown))}")
        return parts

    parser = argparse.ArgumentParser(prog="bin/bench-pages", description=__doc__)
    parser.add_argument("--only", type=names, default=list(PARTS), metavar="PART,…", help=f"of {', '.join(PARTS)}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
