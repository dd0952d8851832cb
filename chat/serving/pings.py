"""How often a socket is pinged."""

from __future__ import annotations

PINGS_PER_SECOND = 60
"""Most pings of a process; with its pong each takes 0.1 ms. Each of 5,000 sockets is still pinged every 83 seconds."""


def interval(seconds: float, sockets: int) -> float:
    """Return the seconds between two pings of a socket: ``seconds``, or more if a process has very many sockets."""
    return max(seconds, sockets / PINGS_PER_SECOND)
