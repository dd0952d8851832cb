"""The name of a chat model as readers see it, and the line that says that it has written an answer."""

from __future__ import annotations

from ..upstream.failures import redacted

LIMIT = 60


def shown_name(name: str) -> str:
    """Return the name of a model, cut to ``LIMIT``; empty if it contains an address or what looks like a credential."""
    is_safe = "://" not in name and redacted(name) == name
    return name[:LIMIT] if is_safe else ""


def credit(name: str) -> str:
    """Return the line that says that the model of this name has written an answer; empty without a name."""
    if name in ("", "embedded"):
        return "Quoted by the built-in model" if name else ""
    shown = shown_name(name)
    return f"Written by an AI ({shown})" if shown else "Written by an AI"
