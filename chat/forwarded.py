"""What a trusted proxy says about the user of a request; ``chatsite/trusted_proxy.py`` reads it from the headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic

USER_HEADERS = ("X-Forwarded-Email", "X-Forwarded-User", "X-Forwarded-Preferred-Username")
"""Headers that can name the user: an address, an identifier, a name."""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What the proxy says about a request. Without a ``user`` it says nothing that can be believed."""

    user: str = ""
    email: str = ""
    name: str = ""
    token: str = field(default="", repr=False)
    """The user's own access token, where the proxy passes one on. It is kept nowhere but in memory."""
    received_at: float = field(default_factory=monotonic, compare=False)
