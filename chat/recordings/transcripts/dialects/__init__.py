"""The dialects of transcripts, one module each, in the order in which they are tried."""

from __future__ import annotations

from typing import Protocol

from ..source import Source
from ..transcript import Transcript
from . import json3, plain, speech, subrip, substation, table, ttml, turns, vtt, zoom


class Dialect(Protocol):
    """The interface of a dialect's module."""

    def recognises(self, source: Source) -> bool:
        """Return whether the text looks like this dialect. Raise ``Unreadable`` if no dialect can read it."""

    def read(self, source: Source) -> Transcript:
        """Read the text, and count in the transcript what is left out. Raise ``Unreadable``."""


DIALECTS: tuple[Dialect, ...] = (vtt, subrip, ttml, substation, json3, speech, turns, zoom, table, plain)
"""The first that recognises a source reads it; ``plain`` comes last, because it reads almost any text."""
