"""The order of hits by what the chosen speakers say in them: the index knows only what all say in a passage together.

A passage in which one of them says words of the question precedes all in which only others do.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import sqrt
from statistics import fmean

from django.db.models import BigIntegerField, Case, CharField, Sum, Value, When
from django.db.models.functions import Length

from ..models import Many, Prepared
from ..terms import words
from .results import Hit, segments_within
from .word_index import Index, Term

CANDIDATES = 500
"""Passages that are looked through for what the speakers say: those that have the most of the question."""
_ALL_READ = 100
"""The first of them, of which every word is read. Of the rest, only those with the beginning of a word that is asked:
to read 500 passages takes 50 ms, and what this misses is rare, such as a British spelling."""
_BM25 = (1.2, 0.75)
"""k1 and b, as the indexes have them."""


@dataclass
class Speech:
    """What the speakers say in a passage, in words; ``names`` and ``title`` are the words beside it.

    Of a segment that has none of the words that are looked for, ``said`` has empty words.
    """

    said: list[str]
    names: list[list[str]]
    title: list[str]


def speech_of(hits: Sequence[Hit], speakers: Collection[str], terms: Sequence[Term]) -> dict[int, Speech]:
    """Return what these speakers say in each of the hits, as far as it may have the terms. Run a query."""
    beginnings = {word[:3] for term in terms for word in term.text.split()}
    all_read = {hit.pk for hit in hits[:_ALL_READ]}
    found: dict[int, Speech] = {}
    read = cache(words)  # neighbouring passages have segments in common
    for pk, title, speaker, text in _said.fetch(pks=[hit.pk for hit in hits], speakers=list(speakers)):
        speech = found.get(pk) or found.setdefault(pk, Speech([], [], read(title)))
        if pk not in all_read and not any(beginning in text.lower() for beginning in beginnings):
            speech.said += [""] * (text.count(" ") + 1)
        else:
            speech.said += read(text)
        speech.names.append(read(speaker))
    return found


def by_speech(
    hits: Sequence[Hit], terms: Sequence[Term], speeches: Mapping[int, Speech], index: Index
) -> tuple[list[Hit], list[Hit]]:
    """Return the hits in which the speakers say a term, with scores for that, and the others after them.

    The title and the names of the speakers count for the relevance of a passage in which they say a term; of one in
    which they say none, the title alone.
    """
    sought = _Sought(terms, speeches.values(), index)
    counts = {hit.pk: sought.counts(speeches[hit.pk].said) for hit in hits if hit.pk in speeches}
    usual = fmean(len(speeches[pk].said) for pk in counts) if counts else 1.0
    own, others = [], []
    for hit in (hit for hit in hits if hit.pk in counts):
        speech, said = speeches[hit.pk], counts[hit.pk]
        beside = set(sought.counts(speech.title))
        if any(term.share for term in said):
            beside |= set(said).union(*map(sought.counts, speech.names))
            own.append(_judged_by(beside, replace(hit, score=_score(said, len(speech.said) / usual))))
        else:
            others.append(replace(hit, score=0.0, evidence=sum(term.evidence for term in beside)))
    return sorted(own, key=lambda hit: (-hit.score, hit.pk)), others


def near_by_speech(hits: Sequence[Hit], speakers: Collection[str]) -> list[Hit]:
    """Return hits that were found by their meaning, those first that are near and of which much is the speakers'.

    The vector of a passage is that of all that is said in it. Run a query.
    """
    parts: dict[int, float] = dict(_parts.fetch(pks=[hit.pk for hit in hits], speakers=list(speakers)))
    known = [hit for hit in hits if hit.pk in parts]
    weighed = [replace(hit, score=weighed_by_speech(hit.score, parts[hit.pk])) for hit in known]
    return sorted(weighed, key=lambda hit: (-hit.score, hit.pk))


def weighed_by_speech(score: float, part: float) -> float:
    """Return a score for what all say in a passage, less if only a ``part`` (0 to 1) of it is by the speakers."""
    return score * sqrt(part) if score > 0 else score


class _Sought:
    """The terms, by the entries of the index that their words become."""

    def __init__(self, terms: Sequence[Term], speeches: Collection[Speech], index: Index) -> None:
        asked = {word for term in terms if not term.stem for word in term.text.split()}
        beginnings = {word[:2] for word in asked} | {term.text[:2] for term in terms}
        there = set().union(*(part for each in speeches for part in (each.said, each.title, *each.names)))
        there = {word for word in there if word[:2] in beginnings}
        self._entries = index.stemmed(sorted(there | asked))
        self._terms: defaultdict[str, list[tuple[list[str], Term]]] = defaultdict(list)
        for term in terms:
            entries = [term.text] if term.stem else [self._entries.get(word, word) for word in term.text.split()]
            self._terms[entries[0]].append((entries, term))
        self._wanted = {word for word, entry in self._entries.items() if entry in self._terms}

    def counts(self, said: Sequence[str]) -> Counter[Term]:
        """Return how often each term is among these words; its own words must follow each other."""
        counts: Counter[Term] = Counter()
        for place in [place for place, word in enumerate(said) if word in self._wanted]:
            for entries, term in self._terms[self._entries[said[place]]]:
                following = said[place : place + len(entries)]
                if [self._entries.get(each) for each in following] == entries:
                    counts[term] += 1
        return counts


def _score(counts: Mapping[Term, int], size: float) -> float:
    """Return BM25 of a passage that is ``size`` times as long as they usually are."""
    k1, b = _BM25
    norm = k1 * (1 - b + b * size)
    return sum(
        term.rarity * (0.5 if term.stem else 1.0) * (k1 + 1) * times / (times + norm) for term, times in counts.items()
    )


def _judged_by(terms: Collection[Term], hit: Hit) -> Hit:
    relevance, evidence = sum(term.share for term in terms), sum(term.evidence for term in terms)
    return replace(hit, relevance=relevance, evidence=evidence)


_LISTS = {"pks": Many(BigIntegerField()), "speakers": Many(CharField())}
_said = Prepared(
    lambda pks, speakers: (
        segments_within(pks)
        .filter(speaker__among=speakers)
        .values_list("passage", "recording__title", "speaker", "text")
    ),
    **_LISTS,
)
_parts = Prepared(
    lambda pks, speakers: (
        segments_within(pks)
        .order_by()
        .values("passage")
        .annotate(
            part=Sum(Case(When(speaker__among=speakers, then=Length("text")), default=Value(0)))
            * Value(1.0)
            / Sum(Length("text") + Value(1))
        )
        .values_list("passage", "part")
    ),
    **_LISTS,
)
