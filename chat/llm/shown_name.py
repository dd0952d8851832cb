"""The name of a chat model as readers see it."""

from __future__ import annotations

from ..upstream.failures import redacted

LIMIT = 60


def shown_name(name: str) -> str:
    """Return the name of a model, cut to ``LIMIT``; empty if it contains an address or what looks like a credential."""
    is_safe = "://" not in name and redacted(name) == name
    return name[:LIMIT] if is_safe else ""
