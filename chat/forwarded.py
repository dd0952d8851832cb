"""The user of a request as a trusted proxy reports it; ``chatsite/trusted_proxy.py`` reads the headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic

USER_HEADERS = ("X-Forwarded-Email", "X-Forwarded-User", "X-Forwarded-Preferred-Username")
"""Headers that can identify the user: by email address, id or name."""

ACCESS_TOKEN_HEADER = "X-Forwarded-Access-Token"  # noqa: S105  # the name of a header


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What the proxy reports about a request. Without a ``user`` nothing in it can be trusted."""

    user: str = ""
    email: str = ""
    name: str = ""
    token: str = field(default="", repr=False)
    """The user's own access token, if the proxy forwards one; kept in memory only."""
    groups: frozenset[str] | None = None
    """The groups that the user is in; None if the proxy says nothing about groups."""
    received_at: float = field(default_factory=monotonic, compare=False)
