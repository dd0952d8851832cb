"""The index of words in which a full-text search looks, and the terms that it looks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

from ..terms import ASKING_WORDS
from .reach import Reach
from .results import Hit


@dataclass(frozen=True)
class Term:
    """A search term: a word or, with ``stem``, an entry of the index that is spelled like one.

    ``count`` passages mention it; ``rarity`` is its inverse document frequency. ``share`` is the part of the question
    that a passage covers by mentioning it, and ``evidence`` what that proves: see ``results.judged``. A ``compound`` is
    the second spelling of words that are terms themselves. It ``is_doubtful`` whether a similar spelling is the word.
    """

    text: str
    count: int
    rarity: float
    share: float = 0.0
    evidence: int = 0
    stem: bool = False
    compound: bool = False
    is_doubtful: bool = False

    @property
    def written(self) -> int:
        """How many passages mention the word as it is written in the question."""
        return 0 if self.is_doubtful else self.count

    @property
    def weight(self) -> float:
        """How much the term matters to the question. The square root keeps one rare word from deciding alone."""
        return 0.0 if self.text in ASKING_WORDS else sqrt(self.rarity)


class Index(Protocol):
    """The full text of one kind of database."""

    rows_at_once: int
    """Matches that can be ranked well within the time limit of a search."""

    def cost(self, reach: Reach) -> float:
        """Return what it costs to rank a match if some are not in reach, compared with one when all are."""

    def counts(self, words: Sequence[str], reach: Reach) -> dict[str, int]:
        """Return how many passages in reach contain each word in any of its forms.

        It may stop counting above ``rows_at_once``, and estimate what is not small; it is 0 only if there is none.
        """

    def stems(self, beginning: str, reach: Reach) -> dict[str, int]:
        """Return the entries of the index with this beginning, each with the number of its passages or an estimate.

        There may be entries of passages that are not in reach.
        """

    def stem_counts(self, stems: Sequence[str], reach: Reach) -> dict[str, int]:
        """Return how many passages in reach have each entry of the index, as ``counts`` does."""

    def stemmed(self, words: Sequence[str]) -> dict[str, str]:
        """Return the entry of the index that each word becomes; without those that it leaves out."""

    def rank(self, terms: Sequence[Term], reach: Reach, limit: int) -> list[Hit]:
        """Return the best passages in reach that mention any of the terms, the best first."""
