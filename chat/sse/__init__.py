"""The edge of Server-Sent Events."""

from .stream import Stream

__all__ = ["Stream"]
