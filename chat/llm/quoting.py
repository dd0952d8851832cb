"""The choice of the statements that answer a question best, and of the recordings that they are from.

The numbers were chosen with ``manage.py evaluate_answers``; docs/answers.md has its figures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from ..terms import terms, words
from .statements import SHORTEST, Statement, complete, reply_to, statements

QUOTES = 6
"""Maximum of statements from one recording that clearly leads among others."""
OF_ONLY = 4
"""Maximum of statements if all passages are from one recording."""
AT_ONE_PLACE = 10
"""Maximum of statements if the best ones are nearly all from one passage: all from there."""
FEW = 2
"""Maximum of statements from one recording otherwise."""
OF_TWO = 3
"""Maximum of statements from the two nearest recordings together, if both may be meant."""
OPENINGS = 6
"""Maximum of statements for a question without a term to look for."""

_LEADS = 0.7
"""Share of the weight of all passages from which on a recording leads clearly."""
_SECOND = 0.5
"""Minimum weight of a second recording, compared with the first."""
_FAR_BELOW = 0.4
"""Minimum score of a statement, compared with the best."""
_FIRST = 8
"""Best statements that tell whether the answer is at one place."""
_NEARLY_ALL = 0.8
"""Share of their scores that one passage then has at least."""
_AROUND = 8
"""Statements before and after one whose scores tell, together with its own, whether it belongs to that place."""
_TELLING_WORDS = 4
"""Minimum of words in a statement that is quoted for its place and has no word of the question."""
_STANDING = 0.5
"""Minimum standing of a passage, compared with the best one of its recording."""
_OTHER_SPEAKER = 0.3
"""What a statement counts if the question names a speaker, but another one makes it."""
_LEAST = 0.05
"""What counts for a passage that has no word of the question: only its rank tells it from others."""
_OPENING_WORDS = 6
"""Minimum of words in a statement that can open a passage."""


@dataclass(frozen=True)
class Question:
    """The terms of a question with their weights: rarer ones weigh more, those of the previous question less.

    All weights together are 1.
    """

    words: Sequence[str]
    roots: frozenset[str]
    weights: dict[str, float]

    def share(self, found: frozenset[str]) -> float:
        """Return the share of the question that these terms have."""
        return sum(self.weights[term] for term in found & self.weights.keys())

    def names(self, text: str) -> bool:
        """Return whether all terms of a text, which has some, are in the question."""
        named = terms(text)
        return bool(named) and self.weights.keys() >= set(named)


def best(passages: Sequence[dict[str, Any]], question: str, earlier: str) -> list[list[Statement]]:
    """Return the best statements, grouped by recording: the best recording first, each group in order of speaking."""
    said = statements(passages)
    asked = _question(question, earlier, said)
    if not asked.weights:
        return _grouped(_distinct(_openings(said), OPENINGS), [])
    chosen, limit = _nearest(_recordings(passages, asked, said))
    scores = _scores(passages, asked, said)
    ranked = [place for place in _ranked(scores) if said[place].recording in chosen]
    if limit >= OF_ONLY and _is_at_one_place(ranked, said, scores):
        around = _around(ranked[0], said, scores)
        return _grouped(_picked(around, passages, AT_ONE_PLACE, each=AT_ONE_PLACE), chosen)
    near = [said[place] for place in ranked if scores[place] >= _FAR_BELOW * scores[ranked[0]]]
    picked = _picked(near, passages, limit, each=FEW if len(chosen) > 1 else limit)
    return _grouped(picked, chosen)


def _ranked(scores: Sequence[float]) -> list[int]:
    """Return the places of the scores above 0, the best first."""
    return sorted((place for place, score in enumerate(scores) if score > 0), key=lambda place: (-scores[place], place))


def _is_at_one_place(ranked: Sequence[int], said: Sequence[Statement], scores: Sequence[float]) -> bool:
    """Return whether the best statements are nearly all from one of several passages of their recording.

    The search is right about such a passage more often than about others.
    """
    first = ranked[:_FIRST]
    if not first or len({s.passage for s in said if s.recording == said[first[0]].recording}) == 1:
        return False
    there = sum(scores[place] for place in first if said[place].passage == said[first[0]].passage)
    return there > _NEARLY_ALL * sum(scores[place] for place in first)


def _around(best_place: int, said: Sequence[Statement], scores: Sequence[float]) -> list[Statement]:
    """Return the statements of one passage, the best first: by their own scores and those of their neighbours.

    So what was said in between is quoted, too, in whatever words.
    """
    sums = [
        score + _nearby(place, said, scores, reach=_AROUND) if score or _tells(statement) else 0.0
        for place, (statement, score) in enumerate(zip(said, scores, strict=True))
    ]
    return [said[place] for place in _ranked(sums) if said[place].passage == said[best_place].passage]


def _tells(statement: Statement) -> bool:
    return len(statement.text.split()) >= _TELLING_WORDS


def _question(question: str, earlier: str, said: Sequence[Statement]) -> Question:
    frequency = Counter(term for statement in said for term in statement.terms)
    asked = dict.fromkeys(terms(earlier), 0.4) | dict.fromkeys(terms(question), 1.0)
    weights = {
        term: share * log(1 + len(said) / frequency[term]) ** 0.7 for term, share in asked.items() if term in frequency
    }
    total = sum(weights.values())
    shares = {term: weight / total for term, weight in weights.items()}
    return Question(words(question), frozenset(terms(question)), shares)


def _recordings(
    passages: Sequence[dict[str, Any]], asked: Question, said: Sequence[Statement]
) -> list[tuple[str, float]]:
    """Return the recordings with their share of the weight of all passages, the nearest first.

    A passage weighs more the better its rank and the more of the question it has. A recording that the question names
    is the only one; words of the question that are in a title count for its recording.
    """
    weights: defaultdict[str, float] = defaultdict(float)
    for passage, share in zip(passages, _shares(passages, asked, said), strict=True):
        weights[passage["recording"]] += share**2 / passage["n"]
    named = [title for title in weights if _is_named(title, asked)]
    if named:
        weights = defaultdict(float, {title: weights[title] for title in named})
    for title in weights:
        weights[title] *= 1 + asked.share(frozenset(terms(title)))
    total = sum(weights.values())
    return sorted(((title, weight / total) for title, weight in weights.items()), key=lambda item: -item[1])


def _is_named(title: str, asked: Question) -> bool:
    """Return whether a question has a title of several words, one after another, or all of its terms."""
    titled = words(title)
    if len(titled) > 1 and f" {' '.join(titled)} " in f" {' '.join(asked.words)} ":
        return True
    return len(set(terms(title))) > 1 and set(terms(title)) <= asked.roots


def _nearest(recordings: Sequence[tuple[str, float]]) -> tuple[list[str], int]:
    """Return the recordings to quote, and how many statements."""
    (first, share), *others = recordings
    if not others:
        return [first], OF_ONLY
    if share >= _LEADS:
        return [first], QUOTES
    if others[0][1] < _SECOND * share:
        return [first], FEW
    return [first, others[0][0]], OF_TWO


def _shares(passages: Sequence[dict[str, Any]], asked: Question, said: Sequence[Statement]) -> list[float]:
    """Return for each passage the share of the question that it has."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for statement in said:
        found[statement.passage] |= statement.terms
    return [max(_LEAST, asked.share(frozenset(found[passage["n"]]))) for passage in passages]


def _scores(passages: Sequence[dict[str, Any]], asked: Question, said: Sequence[Statement]) -> list[float]:
    """Return for each statement how well it answers: by its words, its neighbours, its speaker and its passage."""
    shares = [asked.share(statement.terms) for statement in said]
    speakers = {statement.speaker for statement in said if asked.names(statement.speaker)}
    standing = _standing(passages, _shares(passages, asked, said))
    scores = []
    for place, statement in enumerate(said):
        score = shares[place] + 0.3 * _nearby(place, said, shares)
        score *= min(1.0, len(statement.text) / SHORTEST)
        score *= 0.7 if statement.asks else 1.0
        score *= _OTHER_SPEAKER if speakers and statement.speaker not in speakers else 1.0
        scores.append((score + 0.2) * standing[statement.passage] if shares[place] else 0.0)
    return scores


def _nearby(place: int, said: Sequence[Statement], values: Sequence[float], reach: int = 3) -> float:
    """Return what ``reach`` statements before and after have together; the nearer, the more each counts."""
    around = range(max(0, place - reach), min(len(said), place + reach + 1))
    return sum(
        values[other] / (1 + abs(other - place))
        for other in around
        if other != place and said[other].passage == said[place].passage
    )


def _standing(passages: Sequence[dict[str, Any]], shares: Sequence[float]) -> dict[int, float]:
    """Return how much each passage counts, by its rank and share, compared with the best one of its recording.

    Passages far below the best do not count.
    """
    values = {passage["n"]: share**2 / (passage["n"] + 2) for passage, share in zip(passages, shares, strict=True)}
    tops: defaultdict[str, float] = defaultdict(float)
    for passage in passages:
        tops[passage["recording"]] = max(tops[passage["recording"]], values[passage["n"]])
    standing = {passage["n"]: (values[passage["n"]] / tops[passage["recording"]]) ** 0.3 for passage in passages}
    return {number: value if value >= _STANDING else 0.0 for number, value in standing.items()}


def _openings(said: Sequence[Statement]) -> list[Statement]:
    """Return the first statement of some length in each passage, for a question without a term to look for.

    An example is "What was this about?".
    """
    openings: dict[int, Statement] = {}
    for statement in said:
        if len(statement.text.split()) >= _OPENING_WORDS:
            openings.setdefault(statement.passage, statement)
    return list(openings.values())


def _picked(ranked: Sequence[Statement], passages: Sequence[dict[str, Any]], limit: int, each: int) -> list[Statement]:
    """Return the first statements, but for a question what was replied; at most ``each`` from one recording."""
    picked: list[Statement] = []
    for statement in ranked:
        answering = reply_to(statement, passages) if statement.asks else statement
        of_recording = sum(other.recording == statement.recording for other in picked)
        if answering and of_recording < each and not any(map(answering.overlaps, picked)):
            picked.append(answering)
        if len(picked) == limit:
            break
    return _distinct([complete(statement, passages) for statement in picked or ranked[:1]], limit)


def _distinct(ranked: Sequence[Statement], limit: int) -> list[Statement]:
    """Return the first statements that say different things."""
    distinct: list[Statement] = []
    for statement in ranked:
        if len(distinct) < limit and not any(map(statement.overlaps, distinct)):
            distinct.append(statement)
    return distinct


def _grouped(picked: Sequence[Statement], recordings: Sequence[str]) -> list[list[Statement]]:
    """Group by recording, in this order or else in that of the first statements."""
    groups: dict[str, list[Statement]] = {title: [] for title in recordings}
    for statement in picked:
        groups.setdefault(statement.recording, []).append(statement)
    return [sorted(group, key=lambda s: (s.passage, s.segment, s.first)) for group in groups.values() if group]
