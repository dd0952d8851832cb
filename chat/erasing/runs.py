"""The words that a speaker said in a row, by which they are found again in texts, kept only as hashes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..answers.blocks import Span
from ..answers.verbatim import RUN
from ..models import REMOVED, ErasedRuns, SpeakerErasure
from ..terms import STOP_WORDS

_WORD = re.compile(r"[^\W_]+")
_MARKER = re.compile(r"\[\d{1,4}\]")


def hashes_of(texts: Iterable[str], key: bytes) -> bytes:
    """Return the hashes of all runs of five words in these texts, one after another."""
    hashes = {ErasedRuns.hash(run, key) for text in texts for _, run in _runs(text)}
    return b"".join(sorted(hashes))


class Runs:
    """The runs of an erasure."""

    def __init__(self, erasure: SpeakerErasure) -> None:
        self._key = erasure.uuid.bytes
        stored = (bytes(row) for row in erasure.runs.values_list("hashes", flat=True))
        size = ErasedRuns.SIZE
        self._hashes = {row[at : at + size] for row in stored for at in range(0, len(row), size)}

    def stretches(self, text: str) -> list[Span]:
        """Return where a text repeats five of their words in a row."""
        bare = _MARKER.sub(lambda marker: " " * len(marker[0]), text)
        return [span for span, run in _runs(bare) if ErasedRuns.hash(run, self._key) in self._hashes]

    def without(self, text: str) -> str:
        """Return a text with a notice in the place of such stretches."""
        kept: list[str] = []
        at = 0
        for start, end in self.stretches(text):
            if start > at or not kept:
                kept += [text[at:start], REMOVED]
            at = max(at, end)
        return "".join([*kept, text[at:]])


def _runs(text: str) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Yield the place and the folded words of each run of a text; one of common words alone belongs to nobody."""
    words = list(_WORD.finditer(text))
    for at in range(len(words) - RUN + 1):
        within = words[at : at + RUN]
        run = tuple(word[0].casefold() for word in within)
        if not STOP_WORDS.issuperset(run):
            yield (within[0].start(), within[-1].end()), run
