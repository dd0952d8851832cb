"""The dialects transcripts are written in: a file each, and its place in the order in which they are tried."""

from __future__ import annotations

from typing import Protocol

from ..source import Source
from ..transcript import Transcript
from . import otter, plain, speech, subrip, turns, vtt, zoom


class Dialect(Protocol):
    """What a dialect's module offers."""

    def recognises(self, source: Source) -> bool:
        """Whether the text looks like this dialect. May raise ``Unreadable`` for text that is like no other."""

    def read(self, source: Source) -> Transcript:
        """Read it. Raises ``Unreadable``; what is left out is counted in the transcript."""


DIALECTS: tuple[Dialect, ...] = (vtt, subrip, speech, turns, zoom, otter, plain)
"""The more a dialect gives itself away, the earlier it stands."""
