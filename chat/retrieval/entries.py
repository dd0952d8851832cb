"""What the index has of a text: the stems of its words, and what else may be asked for to find it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from ..terms import compounds, stem, stems
from ..terms.stemming import WITHOUT_ACCENTS

_KNOWN = 2
"""How often a word must be said for compounds to be parted into it and another one."""


class Said(NamedTuple):  # of which a recording has thousands, as of entries
    """A text and its words."""

    text: str
    words: Sequence[str]


class Entries(NamedTuple):
    """What the index has of a text, with a blank between two: its words and their stems.

    ``others`` are the parts of compounds, and stems as they are without accents.
    """

    words: str
    stems: str
    others: str

    @classmethod
    def of(cls, said: Sequence[Said], counts: Mapping[str, int], language: str) -> list[Entries]:
        """Return the entries of the texts of one recording, of which all words are counted.

        Compounds are parted by its own words alone: those of another would show who hears this one what was said there.
        """
        parts = _parts(counts, language)
        stemmed = [stems(each.text, each.words, language) for each in said]
        others = [_others(each, own, parts, language) for each, own in zip(said, stemmed, strict=True)]
        entries = zip((each.words for each in said), stemmed, others, strict=True)
        return [cls(*map(" ".join, entry)) for entry in entries]


def _parts(counts: Mapping[str, int], language: str) -> dict[str, tuple[str, ...]]:
    """Return the parts of those words that are compounds."""
    if language not in compounds.LANGUAGES:
        return {}
    known: Counter[str] = Counter()
    for word, count in counts.items():
        known[stem(word, language)] += count
    often = {stemmed for stemmed, count in known.items() if count >= _KNOWN}
    return {word: found for word in counts if (found := compounds.parts(word, language, often))}


def _others(said: Said, stemmed: Sequence[str], parts: Mapping[str, tuple[str, ...]], language: str) -> list[str]:
    others = [part for word in said.words if word in parts for part in parts[word]] if parts else []
    if language in WITHOUT_ACCENTS or said.text.isascii():
        return others
    bare = ((stem(word, language), own) for word, own in zip(said.words, stemmed, strict=True))
    return list(chain(others, (without for without, own in bare if without != own)))
