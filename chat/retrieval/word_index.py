"""The index of words in which a full-text search looks, and the terms that it looks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

from .reach import Reach
from .results import Hit

_LESS = 0.5
"""What a similar spelling, and a part of a word, count compared with the word."""


@dataclass(frozen=True)
class Term:
    """A search term: a word, or several, by any of the ``entries`` that the index may have of it.

    ``count`` passages mention it; ``rarity`` is its inverse document frequency. ``share`` is the part of the question
    that a passage covers by mentioning it, and ``evidence`` what that proves: see ``results.judged``. A ``compound`` is
    the second spelling of words that are terms themselves. One that ``is_similar`` is only spelled like a word of the
    question, and it ``is_doubtful`` whether it is that word. A term that ``is_part`` is a part of such a word; in a
    language with compounds each ``may_be_part`` of one. One that ``asks`` says nothing of the subject.
    """

    text: str
    entries: tuple[str, ...]
    count: int
    rarity: float
    share: float = 0.0
    evidence: int = 0
    compound: bool = False
    is_similar: bool = False
    is_doubtful: bool = False
    is_part: bool = False
    may_be_part: bool = False
    asks: bool = False

    @property
    def match(self) -> str:
        """What is searched for, as both databases write it."""
        return match(self.entries)

    @property
    def written(self) -> int:
        """How many passages mention the word as it is written in the question."""
        return 0 if self.is_doubtful else self.count

    @property
    def weight(self) -> float:
        """How much the term matters to the question. The square root keeps one rare word from deciding alone."""
        return 0.0 if self.asks else sqrt(self.rarity)

    @property
    def strength(self) -> float:
        """How much a mention of the term counts for the order of the passages."""
        return self.rarity * (_LESS if self.is_similar or self.is_part else 1.0)


def match(entries: Sequence[str]) -> str:
    """Return a search for any of these entries of the index, as both databases write it."""
    return " OR ".join(f'"{entry}"' for entry in entries)


class Index(Protocol):
    """The full text of one kind of database."""

    rows_at_once: int
    """Matches that can be ranked well within the time limit of a search."""

    def cost(self, reach: Reach) -> float:
        """Return what it costs to rank a match if some are not in reach, compared with one when all are."""

    def counts(self, matches: Sequence[str], reach: Reach) -> dict[str, int]:
        """Return how many passages in reach each search finds: see ``match``.

        It may stop counting above ``rows_at_once``, and estimate what is not small; it is 0 only if there is none.
        """

    def stems(self, beginning: str, reach: Reach) -> dict[str, int]:
        """Return the entries of the index with this beginning, each with the number of its passages or an estimate.

        There may be entries of passages that are not in reach.
        """

    def rank(self, terms: Sequence[Term], reach: Reach, limit: int) -> list[Hit]:
        """Return the best passages in reach that mention any of the terms, the best first."""
