"""Planted quotations: true ones and five kinds of misquotations of a library, to see which of them are flagged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from ..models import Fidelity, Recording, Segment
from ..passages import Passage
from .comparing import compared
from .in_order import NEGATION
from .quotations import letters_of
from .verbatim import words

PASSAGES = 8
"""Passages that the model of a planted answer is given."""
PASSAGE_LENGTH = 1_200
"""Characters of a passage, about."""
SHORTEST, LONGEST = 6, 30
"""Words of a sentence that is planted."""
TRIES = 400

_SENTENCE = re.compile(r"[^.!?]+[.!?]?")
_NEGATION = re.compile(r"\b(?:not|never)\s+|n[’']t\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Said:
    """A sentence that somebody says in a passage."""

    speaker: str
    text: str


@dataclass(frozen=True)
class Planted:
    """An answer with one quotation, and the passages that its model was given."""

    answer: str
    passages: Sequence[Passage]

    @property
    def is_flagged(self) -> bool:
        """Whether the quotation is told apart from what was said."""
        return self._has(Fidelity.DIFFERS, Fidelity.NOT_FOUND)

    @property
    def is_quoted(self) -> bool:
        """Whether the quotation counts as the words of the transcript."""
        return self._has(Fidelity.SAME)

    def _has(self, *fidelities: str) -> bool:
        return any(each.is_marked and each.fidelity in fidelities for each in compared(self.answer, self.passages, ()))


class Planter:
    """Plants quotations of a library; the same seed plants the same. Raise ``ValueError`` if it has no sentences."""

    def __init__(self, recordings: Sequence[tuple[Recording, Sequence[Segment]]], seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  # nothing depends on its being secret
        self._recordings = [(recording, segments) for recording, segments in recordings if segments]
        if not any(_sentences([Passage(recording, tuple(said), 1.0, 1.0)]) for recording, said in self._recordings):
            raise ValueError("There are no recordings with sentences to quote.")
        texts = [segment.text for _, segments in self._recordings for segment in segments]
        self._words = sorted({word for text in texts for word in _WORD.findall(text)})

    def true(self, count: int) -> dict[str, list[Planted]]:
        """Return so many true quotations, of each way in which an honest writer changes words."""
        ways: dict[str, Callable[[str], str]] = {
            "verbatim": lambda text: text,
            "case and punctuation": lambda text: text.rstrip(".?! ").replace(",", "").capitalize(),
            "typographic": lambda text: text.replace("'", "’").replace(" - ", " – "),
            "words left out": self._shortened,
            "words put in": self._explained,
        }
        share = -(-count // len(ways))
        return {name: [self._true(change) for _ in range(share)] for name, change in ways.items()}

    def false(self, count: int) -> dict[str, list[Planted]]:
        """Return so many misquotations of all kinds together."""
        kinds: dict[str, Callable[[], Planted | None]] = {
            "a word changed": self._changed,
            "a negation dropped": self._without_negation,
            "two sentences joined": self._joined,
            "another speaker's words": self._of_another,
            "invented": self._invented,
        }
        share = -(-count // len(kinds))
        return {name: list(self._planted(plant, share)) for name, plant in kinds.items()}

    def _planted(self, plant: Callable[[], Planted | None], count: int) -> Iterator[Planted]:
        """Yield so many, or fewer if the library does not have them."""
        for _ in range(TRIES * count):
            if count and (planted := plant()):
                count -= 1
                yield planted

    def _true(self, change: Callable[[str], str]) -> Planted:
        passages = self._passages()
        said = self._random.choice(_sentences(passages))
        return self._answer(said.speaker, change(said.text), passages)

    def _changed(self) -> Planted | None:
        passages = self._passages()
        said = self._random.choice(_sentences(passages))
        places = list(_WORD.finditer(said.text))
        if not places:
            return None
        place, other = self._random.choice(places), self._random.choice(self._words)
        text = said.text[: place.start()] + other + said.text[place.end() :]
        return self._unless_said(said.speaker, text, passages)

    def _without_negation(self) -> Planted | None:
        passages = self._passages()
        negated = [said for said in _sentences(passages) if _NEGATION.search(said.text)]
        if not negated:
            return None
        said = self._random.choice(negated)
        return self._unless_said(said.speaker, _NEGATION.sub("", said.text, count=1), passages)

    def _joined(self) -> Planted | None:
        passages = self._passages()
        one, other = (self._random.choice(_sentences(passages)) for _ in range(2))
        if one.speaker == other.speaker:
            return None
        return self._unless_said(one.speaker, f"{one.text.rstrip('.?! ')}, {other.text}", passages)

    def _of_another(self) -> Planted | None:
        passages = self._passages()
        said = _sentences(passages)
        one, other = self._random.choice(said), self._random.choice(said)
        own = {each.speaker for each in said if letters_of(one.text) in letters_of(each.text)}
        if not one.speaker or not other.speaker or any(_is_one(other.speaker, each) for each in own):
            return None
        return self._answer(other.speaker, one.text, passages, is_named=True)

    def _invented(self) -> Planted | None:
        passages = self._passages()
        given = {passage.recording.pk for passage in passages}
        others = [each for each in self._recordings if each[0].pk not in given] or self._recordings
        recording, segments = self._random.choice(others)
        said = _sentences([Passage(recording, tuple(segments), 0.0, 0.0)])
        if not said:
            return None
        invented = self._random.choice(said).text.split()
        if len(others) == len(self._recordings):
            self._random.shuffle(invented)
        return self._unless_said("", " ".join(invented), passages)

    def _shortened(self, text: str) -> str:
        said = text.split()
        at = len(said) // 2
        is_negated = NEGATION.search(f"{said[at]} {said[at + 1]}")
        return text if is_negated else " ".join([*said[:at], self._random.choice(["…", "[…]", "..."]), *said[at + 1 :]])

    def _explained(self, text: str) -> str:
        said = text.split()
        at = len(said) // 2
        return " ".join([*said[:at], "[as planned]", *said[at:]])

    def _unless_said(self, speaker: str, text: str, passages: Sequence[Passage]) -> Planted | None:
        spoken = letters_of(" ".join(segment.text for passage in passages for segment in passage.segments))
        return None if letters_of(text) in spoken else self._answer(speaker, text, passages)

    def _answer(self, speaker: str, text: str, passages: Sequence[Passage], *, is_named: bool = False) -> Planted:
        opening, closing = self._random.choice([("“", "”"), ('"', '"'), ("„", "“"), ("«", "»")])
        quotation = f"{opening}{text.strip().replace(opening, '').replace(closing, '')}{closing}"
        named = [
            f"{speaker} said: {quotation} [1]",
            f"**{speaker}:** {quotation} [1].",
            f"- {quotation}, said {speaker} [1]",
        ]
        unnamed = [f"They want to go on: {quotation} [1]."]
        return Planted(self._random.choice((named if speaker else []) + ([] if is_named else unnamed)), passages)

    def _passages(self) -> list[Passage]:
        while not _sentences(passages := [self._passage() for _ in range(PASSAGES)]):
            pass
        return passages

    def _passage(self) -> Passage:
        recording, segments = self._random.choice(self._recordings)
        first = last = self._random.randrange(len(segments))
        while last + 1 < len(segments) and sum(len(each.text) for each in segments[first : last + 1]) < PASSAGE_LENGTH:
            last += 1
        return Passage(recording, tuple(segments[first : last + 1]), 1.0, 1.0)


def figures(planter: Planter, count: int) -> list[dict[str, Any]]:
    """Return for each way and kind how many are planted and flagged, and the median milliseconds of a comparison."""
    groups = {f"true: {name}": planted for name, planted in planter.true(count).items()}
    groups |= {f"false: {name}": planted for name, planted in planter.false(count).items()}
    return [{"planted": name, "count": len(planted), **_measured(planted)} for name, planted in groups.items()]


def _measured(planted: Sequence[Planted]) -> dict[str, float]:
    times, flagged = [], 0
    for each in planted:
        begun = perf_counter()
        flagged += each.is_flagged
        times.append(1000 * (perf_counter() - begun))
    return {"flagged": flagged, "ms": median(times) if times else 0.0}


def _is_one(speaker: str, other: str) -> bool:
    """Return whether two labels may be of one person, whose office one of them adds."""
    return speaker.startswith(other) or other.startswith(speaker)


def _sentences(passages: Sequence[Passage]) -> list[Said]:
    return [
        Said(segment.speaker, sentence.strip())
        for passage in passages
        for segment in passage.segments
        for sentence in _SENTENCE.findall(segment.text)
        if SHORTEST <= len(words(sentence)) <= LONGEST
    ]
