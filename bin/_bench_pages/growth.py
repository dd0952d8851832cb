"""How times grow with a size: medians, minima, and the exponent of the growth."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from math import log
from statistics import linear_regression, median
from urllib.parse import urlsplit

WARM, ROUNDS = 2, 20


@dataclass(frozen=True)
class Times:
    """Milliseconds of the same thing, done several times."""

    values: Sequence[float]

    @property
    def least(self) -> float:
        """The shortest: what it costs when nothing else uses the machine."""
        return min(self.values)

    def __str__(self) -> str:
        return f"{median(self.values):.0f} ({self.least:.0f})"

    def percentile(self, percent: int) -> float:
        """Return the time that so many percent do not exceed."""
        return sorted(self.values)[min(len(self.values) * percent // 100, len(self.values) - 1)]


def row(name: str, times: Mapping[int, Times]) -> str:
    """Return a row of a table: the times by size, and the exponent of their growth."""
    return f"| {name} | {' | '.join(map(str, times.values()))} | {exponent(times)} |"


def exponent(times: Mapping[int, Times]) -> str:
    """Return the slope of the logarithm of the minima over that of the sizes: 0 is constant, 1 is in proportion."""
    if len(times) < 2:
        return "–"
    line = linear_regression([log(size) for size in times], [log(each.least) for each in times.values()])
    return f"{line.slope:.2f}"


def visit(site: str, paths: Sequence[str], cookie: str) -> Times:
    """Request these pages in turn, each over a connection of its own, and return the times of the whole responses."""
    taken = [_request(site, path, cookie) for path in islice(cycle(paths), WARM + ROUNDS)]
    return Times(taken[WARM:])


def _request(site: str, path: str, cookie: str) -> float:
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=60)
    began = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip, br"})
    response = connection.getresponse()
    response.read()
    taken = (time.perf_counter() - began) * 1000
    connection.close()
    assert response.status == 200, (response.status, path)  # noqa: S101  # the time of an error page would mislead
    return taken
