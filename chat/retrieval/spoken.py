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
from ..terms import compounds, stems, words
from .results import Hit, segments_within
from .word_index import Term

CANDIDATES = 500
"""Passages that are looked through for what the speakers say: those that have the most of the question."""
_ALL_READ = 100
"""The first of them, of which every word is read. Of the rest, only those with the beginning of a word that is asked:
to read 500 passages takes 50 ms, and what this misses is rare, such as a British spelling."""
_BM25 = (1.2, 0.75)
"""k1 and b, as the indexes have them."""


@dataclass
class Speech:
    """What the speakers say in a passage, in stems; ``names`` and ``title`` are those of the words beside it.

    Of a segment that has none of the words that are looked for, ``said`` has empty ones.
    """

    said: list[str]
    names: list[list[str]]
    title: list[str]


def speech_of(hits: Sequence[Hit], speakers: Collection[str], terms: Sequence[Term]) -> dict[int, Speech]:
    """Return what these speakers say in each of the hits, as far as it may have the terms. Run a query."""
    beginnings = {word[:3] for term in terms for word in term.text.split()}
    all_read = {hit.pk for hit in hits[:_ALL_READ]}
    found: dict[int, Speech] = {}
    read = cache(_stems)  # neighbouring passages have segments in common
    for pk, title, language, speaker, text in _said.fetch(pks=[hit.pk for hit in hits], speakers=list(speakers)):
        speech = found.get(pk) or found.setdefault(pk, Speech([], [], read(title, language)))
        if pk not in all_read and not any(beginning in text.lower() for beginning in beginnings):
            speech.said += [""] * (text.count(" ") + 1)
        else:
            speech.said += read(text, language)
        speech.names.append(read(speaker, language))
    return found


def by_speech(
    hits: Sequence[Hit], terms: Sequence[Term], speeches: Mapping[int, Speech]
) -> tuple[list[Hit], list[Hit]]:
    """Return the hits in which the speakers say a term, with scores for that, and the others after them.

    The title and the names of the speakers count for the relevance of a passage in which they say a term; of one in
    which they say none, the title alone.
    """
    sought = _Sought(terms, speeches.values())
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


def _stems(text: str, language: str) -> list[str]:
    return stems(text, words(text), language)


class _Sought:
    """The terms, by the first stem of each of their entries, or by that of a compound which has a term."""

    def __init__(self, terms: Sequence[Term], speeches: Collection[Speech]) -> None:
        self._terms: defaultdict[str, list[tuple[list[str], Term]]] = defaultdict(list)
        for entries, term in ((entry.split(), each) for each in terms for entry in each.entries):
            self._terms[entries[0]].append((entries, term))
        parts = [term for term in terms if term.may_be_part]
        said = set().union(*(part for each in speeches for part in (each.said, each.title))) if parts else set()
        for stem in said:
            for term in parts:
                if any(compounds.has_part(stem, entry) for entry in term.entries):
                    self._terms[stem].append(([stem], term))

    def counts(self, said: Sequence[str]) -> Counter[Term]:
        """Return how often each term is among these stems; its own must follow each other."""
        counts: Counter[Term] = Counter()
        for place in [place for place, stem in enumerate(said) if stem in self._terms]:
            for entries, term in self._terms[said[place]]:
                if list(said[place : place + len(entries)]) == entries:
                    counts[term] += 1
        return counts


def _score(counts: Mapping[Term, int], size: float) -> float:
    """Return BM25 of a passage that is ``size`` times as long as they usually are."""
    k1, b = _BM25
    norm = k1 * (1 - b + b * size)
    return sum(term.strength * (k1 + 1) * times / (times + norm) for term, times in counts.items())


def _judged_by(terms: Collection[Term], hit: Hit) -> Hit:
    relevance, evidence = sum(term.share for term in terms), sum(term.evidence for term in terms)
    return replace(hit, relevance=relevance, evidence=evidence)


_LISTS = {"pks": Many(BigIntegerField()), "speakers": Many(CharField())}
_said = Prepared(
    lambda pks, speakers: (
        segments_within(pks)
        .filter(speaker__among=speakers)
        .values_list("passage", "recording__title", "recording__language", "speaker", "text")
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
