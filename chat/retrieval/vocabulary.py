"""The words of what a user hears: which of them a question means, and how rare they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher, get_close_matches
from math import log

from ..terms import Asking, compounds, is_compound, root
from .reach import Reach
from .word_index import Index, Term, match

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

    def __init__(self, index: Index, heard: Reach, asking: Asking) -> None:
        self.index = index
        self.heard = heard
        self.asking = asking
        self.total = heard.total()
        self._stems: dict[str, dict[str, int]] = {}

    def look_up(self, query_words: Sequence[str]) -> list[Term]:
        """Return the terms of a query. A word that is in no passage is looked up as two words, or by its spelling."""
        searched = [word for word in query_words if word not in self.asking.stop_words][:QUESTION_WORDS]
        found = {term.text: term for term in self._terms(searched)}
        second = {word for i, word in enumerate(query_words) if is_compound(word, query_words[:i])}
        known = [replace(found[word], compound=True) if word in second else found[word] for word in searched]
        unknown = [term for term in known if not (term.count or term.asks or term.compound)][:SPELLINGS]
        others = {term.text: other for term in unknown if (other := self._otherwise(term.text))}
        return [others.get(term.text, term) for term in known] + self._parts(
            [term for term in known if not term.asks and term.text not in others], searched
        )

    def _otherwise(self, word: str) -> Term | None:
        """Return the term for a word that is in no passage: two words written as one, or a similar spelling."""
        phrases = [f"{word[:i]} {word[i:]}" for i in range(2, len(word) - 1)] if len(word) <= _TWO_WORDS else []
        phrases = [phrase for phrase in phrases if self.asking.stop_words.isdisjoint(phrase.split())]
        best = max(self._terms(phrases), key=lambda term: term.count, default=None)
        if best and best.count:
            return best
        return next(iter(self._spellings(word, most=1, likeness=_SAME_WORD)), None)

    def _parts(self, terms: Sequence[Term], searched: Sequence[str]) -> list[Term]:
        """Return the terms for the parts of compounds, as far as these are said and not asked for themselves."""
        asked = {entry for word in searched for entry in self.asking.entries(word)}
        ways = [
            (term, language, [*compounds.ways(term.text, language)])
            for term in terms
            for language in self.asking.parting
        ]
        entries = list(dict.fromkeys(part for _, _, pairs in ways for pair in pairs for part in pair))
        counts = self.index.counts([match([entry]) for entry in entries], self.heard)
        known = {entry for entry in entries if counts[match([entry])]}
        parts = [part for term, language, _ in ways for part in compounds.parts(term.text, language, known)]
        return [
            replace(_term(part, (part,), counts[match([part])], self.total), is_part=True)
            for part in dict.fromkeys(parts)
            if part not in asked
        ]

    def _terms(self, phrases: Sequence[str]) -> list[Term]:
        """Return the terms for words or phrases as they are written."""
        entries = {phrase: self.asking.entries(phrase) for phrase in phrases}
        counts = self.index.counts(list({match(each) for each in entries.values()}), self.heard)
        asks, may_be_part = self.asking.asking_words, bool(self.asking.parting)
        return [
            _term(phrase, own, counts[match(own)], self.total, asks=phrase in asks, may_be_part=may_be_part)
            for phrase, own in entries.items()
        ]

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
        counts = stems if self.heard.is_everything else self._counts_of(near)
        return [
            replace(
                _term(stem, (stem,), counts[stem], self.total), is_similar=True, is_doubtful=not _derives(whole, stem)
            )
            for stem in near
            if counts[stem]
        ][:most]

    def _counts_of(self, stems: Sequence[str]) -> dict[str, int]:
        counts = self.index.counts([match([stem]) for stem in stems], self.heard)
        return {stem: counts[match([stem])] for stem in stems}

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


def _term(text: str, entries: tuple[str, ...], count: int, total: int, **kind: bool) -> Term:
    """Return a term with its inverse document frequency as in BM25 (Robertson and Zaragoza 2009), never negative.

    It is computed as if ``UNSEEN`` more passages lacked the word: then a name that occurs in all of three recordings
    still counts as rare, and in a large library it makes no difference.
    """
    rarity = log(1 + (max(total - count, 0) + UNSEEN + 0.5) / (count + 0.5))
    return Term(text, entries, count, rarity, **kind)
