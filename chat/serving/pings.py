"""When a socket is pinged."""

from __future__ import annotations

from math import ceil

PINGS_PER_SECOND = 60
"""Most pings of a process; with its pong each takes 0.1 ms. Each of 5,000 sockets is still pinged every 83 seconds."""
TOGETHER_SECONDS = 0.25
"""How far apart the moments are at which sockets are pinged: to wake up for each takes longer than the ping."""


def interval(seconds: float, sockets: int) -> float:
    """Return the seconds between two pings of a socket: ``seconds``, or more if a process has very many sockets."""
    return max(seconds, sockets / PINGS_PER_SECOND)


def together(moment: float) -> float:
    """Return the moment of the next pings from this one on, in seconds of the loop's clock."""
    return ceil(moment / TOGETHER_SECONDS) * TOGETHER_SECONDS
