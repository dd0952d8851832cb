"""Questions worth asking, made from what was said in a recording: its decisions, its numbers, the names it has.

A question asks about words that stand together in a sentence: "the silicone seal", or a name such as "Bluetooth". So
it is never about nothing, and the search finds the place.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from ..models import Recording, Segment
from ..terms import ASKING_WORDS, STOP_WORDS, terms, words

SEGMENTS_READ = 600
"""Segments of a recording that are read."""
_PHRASE_LIMIT = 40
_SHORT = 4
"""A sentence with fewer words says something about the next one."""
_ENGLISH = 0.25
"""The least part of stop words among the words of an English recording."""

_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|\d[\d.,]*\d|\d|[^\w\s]")
_SENTENCE = re.compile(r"[^.!?]+(?:[.!?](?=\S)[^.!?]*)*[.!?]*")
_ARTICLES = frozenset(("the", "a", "an", "our", "my", "your", "its"))
# Words that cannot follow a verb as they follow a noun: "the seal is", but not "the seal shrinks below".
_CLOSING = frozenset(
    """
    of and or but is are was were isn aren wasn weren has have had will would can could should must may might does did
    that which who because when if than
    """.split()  # noqa: SIM905  # a list of literals has a line for each
)
_DECISION = re.compile(r"\b(?:decisions?|decided?|agreed)\b", re.IGNORECASE)
_NUMBER = r"(?:\W+[a-z]+){{0,2}}\W+\d[\d.,]*\s+(?!(?:{}))[a-z]"
_MAYBE_A_VERB = re.compile(r"(?:[^s]s|ed|ing)$")
_MONTHS_AND_DAYS = frozenset(
    """
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday
    """.split()  # noqa: SIM905  # a list of literals has a line for each
)
# Words that stand in many phrases which are about nothing: "the same thing", "a good idea", "that sort".
_EMPTY_WORDS = frozenset(
    """
    actual actually afternoon basically best better big bit case chance course couple day days definitely different
    dear difference end evening example fact fine first good great guy guys half hand hour hours idea ideas
    important issue last left little long lot lots main maybe minute minutes moment month months morning name new
    next nice night number numbers old one ones open opposite part particular people perfect person place possible
    previous probably problem euro euros dollar dollars pound pounds percent quarter quick real reason rest right
    sense short side sort kind similar simple single small start stuff sure thing things third time times today
    tomorrow type usual various way ways week weeks whole word words wrong year years yesterday already also even
    often still okay yeah yep yes uh um hmm mm mmm ah oh er erm gonna wanna gotta kinda sorta like well
    """.split()  # noqa: SIM905  # a list of literals has a line for each
)


@dataclass(frozen=True)
class Idea:
    """A question that a sentence answers, how good it is, and what kind of question it is."""

    kind: str
    question: str
    phrase: str
    segment: int
    merit: int


@lru_cache(maxsize=512)
def ideas_of(recording: UUID, _erased_at: datetime | None = None) -> tuple[Idea, ...]:
    """Return the ideas for a recording, in the order in which they were said; none if it is not in English.

    They are remembered until words of a speaker are erased from it.
    """
    segments = list(Segment.objects.filter(recording__uuid=recording).order_by("number")[:SEGMENTS_READ])
    title = Recording.objects.filter(uuid=recording).values_list("title", flat=True).first() or ""
    if not _is_english(segments):
        return ()
    known = set(terms(title)) | {term for segment in segments for term in terms(segment.speaker)}
    common = {token for segment in segments for token in _TOKEN.findall(segment.text) if token.islower()}
    said: defaultdict[str, list[tuple[Segment, str]]] = defaultdict(list)
    for segment in segments:
        for phrase, sentence in _phrases(segment.text):
            is_common_name = phrase[0].isupper() and any(token.lower() in common for token in phrase.split())
            if known.isdisjoint(terms(phrase)) and not is_common_name:
                said[phrase].append((segment, sentence))
    return tuple(idea for phrase, places in said.items() for idea in _ideas(phrase, places))


def _is_english(segments: Iterable[Segment]) -> bool:
    every = Counter(word in STOP_WORDS for segment in segments for word in words(segment.text))
    return every[True] > _ENGLISH * every.total()


def _ideas(phrase: str, places: Sequence[tuple[Segment, str]]) -> Iterator[Idea]:
    """Yield the ideas for a phrase: one for each kind of question that a place answers."""
    often = min(len({segment.number for segment, _ in places}), 4)
    is_name = phrase[:1].isupper()
    if is_name and often < 2:
        return  # perhaps only a slip of the transcription
    about = phrase if is_name else f"the {phrase}"
    kinds: dict[str, Idea] = {}
    for segment, sentence in places:
        if _DECISION.search(sentence):
            idea = Idea("decision", f"What was decided about {about}?", phrase, segment.number, often + 3)
            kinds.setdefault(idea.kind, idea)
        if _has_number_for(phrase, sentence):
            idea = Idea("number", f"Which numbers were named for {about}?", phrase, segment.number, often + 2)
            kinds.setdefault(idea.kind, idea)
        question = f"What was said about {about}?"
        kinds.setdefault("subject", Idea("subject", question, phrase, segment.number, often + is_name))
    yield from kinds.values()


def _has_number_for(phrase: str, sentence: str) -> bool:
    """Return whether a number that is no date follows a phrase closely: "the trade fair is 12,000 euros"."""
    months = "|".join(month for month in _MONTHS_AND_DAYS)
    return bool(re.search(re.escape(phrase) + _NUMBER.format(months), sentence, re.IGNORECASE))


def _phrases(text: str) -> Iterator[tuple[str, str]]:
    """Yield what a text speaks about, each with its sentence: nouns after an article, and names.

    A short sentence before, such as "Decided.", belongs to it.
    """
    if text.isupper():
        return
    before = ""
    for sentence in _SENTENCE.findall(text):
        before, whole = sentence, (before if len(before.split()) < _SHORT else "") + sentence
        if sentence.rstrip().endswith("?"):
            continue  # its answer is somewhere else
        tokens = _TOKEN.findall(sentence)
        for at in range(1, len(tokens)):
            phrase = _nouns(tokens, at) if tokens[at - 1].lower() in _ARTICLES else _name(tokens, at)
            if phrase and len(phrase) <= _PHRASE_LIMIT:
                yield phrase, whole


def _nouns(tokens: Sequence[str], at: int) -> str:
    """Return the two or three words between an article and what cannot belong to them; an empty text if in doubt."""
    end = at
    while end < len(tokens) and _is_noun(tokens[end]):
        end += 1
    is_closed = end == len(tokens) or tokens[end].lower() in _CLOSING or tokens[end] in ",.;:?!"
    are_nouns = not any(map(_MAYBE_A_VERB.search, tokens[at:end]))
    return " ".join(tokens[at:end]) if is_closed and are_nouns and 2 <= end - at <= 3 else ""


def _is_noun(token: str) -> bool:
    word = token.lower()
    return len(word) > 2 and word.replace("-", "").isalpha() and not word.endswith("ly") and not _is_empty(word)


def _is_empty(word: str) -> bool:
    return word in STOP_WORDS or word in ASKING_WORDS or word in _EMPTY_WORDS or word in _MONTHS_AND_DAYS


def _name(tokens: Sequence[str], at: int) -> str:
    """Return the name that begins here, in the middle of a sentence; an empty text if there is none."""
    if not _is_capitalized(tokens[at]) or not tokens[at - 1].islower():
        return ""
    end = at
    while end < len(tokens) and _is_capitalized(tokens[end]):
        end += 1
    return " ".join(tokens[at:end])


def _is_capitalized(token: str) -> bool:
    return len(token) > 2 and token[0].isupper() and token[1:].islower() and not _is_empty(token.lower())
