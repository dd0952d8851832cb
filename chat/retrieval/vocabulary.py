"""The words of what a user hears: which of them a question means, and how rare they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher, get_close_matches
from math import log

from ..terms import STOP_WORDS, informative, is_compound, root
from .reach import Reach
from .word_index import Index, Term

QUESTION_WORDS = 128
"""Distinct words of a query that are looked up: the first ones."""
UNSEEN = 50
"""Passages that a library is assumed to have besides its own when the rarity of a word is computed."""
SPELLINGS = 3
"""Words in no passage for which a similar spelling is looked up: each lookup costs milliseconds."""
CANDIDATES = 20
"""Similar spellings of a word that are looked for in what the user hears."""
_TWO_WORDS = 20  # letters of the longest word that is looked up as two
_BEGINNING = 3  # letters that a similar spelling must begin with, as the word does
_ENDING = 3  # letters that stemming may have cut off a word; the stem keeps more than that
_DERIVING = ("ation", "ment", "ness", "ance", "ence", "able", "less", "ship", "ity")  # quotation, of quote
_SAME_WORD = 0.82  # similarity (0 to 1, by difflib) of a typing error; that of "hello" and "helpo" is 0.8
_NEARBY = 0.6  # similarity of the words that are searched when nothing else was found


class Vocabulary:
    """The words of the passages in reach; it knows no other word, not even as the right spelling of one."""

    def __init__(self, index: Index, heard: Reach) -> None:
        self.index = index
        self.heard = heard
        self.total = heard.total()
        self._stems: dict[str, dict[str, int]] = {}

    def look_up(self, query_words: Sequence[str]) -> list[Term]:
        """Return the terms of a query. A word that is in no passage is looked up as two words, or by its spelling."""
        searched = [word for word in query_words if word not in STOP_WORDS][:QUESTION_WORDS]
        counts = self.index.counts(searched, self.heard)
        compounds = {word for i, word in enumerate(query_words) if is_compound(word, query_words[:i])}
        unknown = [word for word in informative(searched) if not counts[word] and word not in compounds][:SPELLINGS]
        others = {word: self._otherwise(word) for word in unknown}
        return [
            others.get(word) or replace(_term(word, counts[word], self.total), compound=word in compounds)
            for word in searched
        ]

    def _otherwise(self, word: str) -> Term | None:
        """Return the term for a word that is in no passage: two words written as one, or a similar spelling."""
        phrases = [f"{word[:i]} {word[i:]}" for i in range(2, len(word) - 1)] if len(word) <= _TWO_WORDS else []
        phrases = [phrase for phrase in phrases if STOP_WORDS.isdisjoint(phrase.split())]
        counts = self.index.counts(phrases, self.heard)
        if counts and (best := max(counts, key=lambda phrase: counts[phrase])) and counts[best]:
            return _term(best, counts[best], self.total)
        return next(iter(self._spellings(word, most=1, likeness=_SAME_WORD)), None)

    def nearby(self, query_words: Sequence[str]) -> list[Term]:
        """Return terms spelled a little like the words of a query that found nothing."""
        first_words = query_words[:SPELLINGS]
        return [term for word in first_words for term in self._spellings(word, most=5, likeness=_NEARBY)]

    def _spellings(self, word: str, *, most: int, likeness: float) -> list[Term]:
        """Return the entries of the index spelled most like a word, apart from endings that stemming cuts off."""
        if word.isascii() and len(word) <= _BEGINNING:
            return []
        whole = root(word)
        stems = self._beginning_with(whole[:_BEGINNING])
        completed = {_completed(stem, whole): stem for stem in stems}
        candidates = most if self.heard.is_everything else CANDIDATES
        spelled = get_close_matches(whole, completed, n=candidates, cutoff=likeness)
        near = [completed[each] for each in spelled if _begins_like(whole, completed[each], likeness)]
        counts = stems if self.heard.is_everything else self.index.stem_counts(near, self.heard)
        return [
            replace(_term(stem, counts[stem], self.total), stem=True, is_doubtful=not _derives(whole, stem))
            for stem in near
            if counts[stem]
        ][:most]

    def _beginning_with(self, beginning: str) -> dict[str, int]:
        """Return the entries of the index with this beginning, which is asked again for a word that finds nothing."""
        if beginning not in self._stems:
            self._stems[beginning] = self.index.stems(beginning, self.heard)
        return self._stems[beginning]


def _completed(stem: str, word: str) -> str:
    """Return the stem with the ending of the word, if stemming may have cut that off: translat, translation."""
    if _derives(word, stem):
        return word
    ending = word[len(stem) :]
    return stem + ending if len(ending) <= _ENDING < len(stem) else stem


def _derives(word: str, stem: str) -> bool:
    """Return whether a word is made of a stem and an ending that stemming leaves: quotation, of quote."""
    return word.startswith(stem) and len(stem) > _ENDING and word.removeprefix(stem) in _DERIVING


def _begins_like(word: str, stem: str, likeness: float) -> bool:
    """Return whether a stem is as much like the beginning of the word as its completion is like the whole."""
    return len(stem) > _BEGINNING and SequenceMatcher(None, word[: len(stem)], stem).ratio() >= likeness


def _term(text: str, count: int, total: int) -> Term:
    """Return a term with its inverse document frequency as in BM25 (Robertson and Zaragoza 2009), never negative.

    It is computed as if ``UNSEEN`` more passages lacked the word: then a name that occurs in all of three recordings
    still counts as rare, and in a large library it makes no difference.
    """
    rarity = log(1 + (max(total - count, 0) + UNSEEN + 0.5) / (count + 0.5))
    return Term(text, count, rarity)
