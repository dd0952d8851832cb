"""Which of the terms of a search each found word belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from ..terms import STOP_WORDS, root
from .marks import Word
from .query import Query, Term

_BEGINNING = 3  # letters that two forms of a word have in common, as their beginning
_LIKENESS = 0.75  # similarity (0 to 1, by difflib) of a word that is shown for a similar one


def numbered(found_words: Sequence[Word], query: Query) -> list[int | None]:
    """Return for each word the number of the query's term that it was found for, from 0; None for other words.

    A word of a phrase counts only within the phrase: PostgreSQL marks it anywhere.
    """
    kept = _in_phrases(found_words, query.terms)
    found = [keep or word.found for keep, word in zip(kept, found_words, strict=True)] if not any(kept) else kept
    return [_nearest(word.text, query.terms) if keep else None for word, keep in zip(found_words, found, strict=True)]


def similar(all_words: Sequence[str], query: Query) -> list[Word]:
    """Return the words of a text, with those found that are spelled like a word of the query."""
    vocabulary = {root(word) for word in all_words if word not in STOP_WORDS}
    near = {
        spelling
        for word in query.words
        if word not in STOP_WORDS
        for spelling in get_close_matches(root(word), vocabulary, n=3, cutoff=_LIKENESS)
    }
    return [Word(word, word not in STOP_WORDS and root(word) in near) for word in all_words]


def _in_phrases(found_words: Sequence[Word], terms: Sequence[Term]) -> list[bool]:
    roots = [root(word.text) for word in found_words]
    single = {root(term[0]) for term in terms if len(term) == 1}
    phrases = [[root(word) for word in term] for term in terms if len(term) > 1]
    in_a_phrase = {word for phrase in phrases for word in phrase} - single
    kept = [word.found and text not in in_a_phrase for word, text in zip(found_words, roots, strict=True)]
    for phrase in phrases:
        for start in range(len(roots) - len(phrase) + 1):
            if all(roots[start + n] == word or found_words[start + n].found for n, word in enumerate(phrase)):
                for place in range(start, start + len(phrase)):
                    kept[place] = kept[place] or found_words[place].found
    return kept


def _nearest(word: str, terms: Sequence[Term]) -> int:
    """Return the number of the term that begins most like a word: they have the same stem."""
    likeness = [max(_common_beginning(word, other) for other in term) for term in terms]
    if max(likeness) < _BEGINNING:  # a compound that ends with it
        likeness = [max(_common_beginning(word[::-1], other[::-1]) for other in term) for term in terms]
    return likeness.index(max(likeness))


def _common_beginning(word: str, other: str) -> int:
    """Return how many letters two words have in common before they differ."""
    pairs = zip(word, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(word), len(other)))
