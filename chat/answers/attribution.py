"""To whom an answer gives a quotation: the speakers whom its sentence names as the ones who said it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from .quotations import Quote
from .statements import Statements

BEFORE = 300
"""Characters before a quotation among which the name of its speaker is looked for."""
AFTER = 120
"""Characters behind a quotation among which it is looked for if there is none before it."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[*_\"”’»)\]]*\s+(?=[\W_]*[A-ZÄÖÜÀ-Þ])|\n+")
_ABBREVIATED = re.compile(r"\b(?:mr|mrs|ms|dr|prof|st|hr|fr)\.\s+", re.IGNORECASE)
_NOT_THE_SPEAKER = re.compile(
    r"\b(?:(?<!ccording )to|with|of|for|about|from|against|when|while|after|before|since|because|if"
    r"|an|mit|von|für|über|gegen|als|wenn|während|nachdem|weil|à|avec|de|pour|con|para)\W+$",
    re.IGNORECASE,
)
_OF_THEIRS = re.compile(r"['’]s?\b|['’](?=\s)")
_BEHIND = re.compile(
    r"(?:[\s,;:()–—-]|\[\d{1,4}\])*(?:(?!(?:but|and|while|whereas|although|aber|und|während)\b)[a-zà-þ]+\s+)?"
)
_WORD = re.compile(r"[^\W_]+")


class Speakers:
    """The names under which an answer may speak of those who speak in some passages."""

    def __init__(self, answer: str, statements: Statements) -> None:
        self._answer, self._passages = answer, statements.passages
        self._names = {segment.speaker for spoken in self._passages for segment in spoken.passage.segments} - {""}

    def named(self, quote: Quote, others: Sequence[Quote]) -> set[str]:
        """Return the speakers to whom the answer gives a quotation; ``others`` are all of its quotations.

        They are named before it in its sentence or, if none is, directly behind it. Empty if nobody is named.
        """
        answer = self._answer
        begin = max([other.end for other in others if other.end <= quote.start], default=0)
        if names := set(self._in_last_sentence(answer[max(begin, quote.start - BEFORE) : quote.start])):
            return names
        return self._behind(answer[quote.end : quote.end + AFTER], quote)

    def _behind(self, text: str, quote: Quote) -> set[str]:
        """Return who is named directly behind a quotation, or behind one verb, in the same sentence."""
        is_ended = quote.text.rstrip()[-1:] in {*".!?…"} and _SENTENCE_END.match(f".{text}", 1)
        words = _BEHIND.match(text)
        found = self._pattern.match(text, words.end()) if self._pattern and words and not is_ended else None
        return {self._spellings[found[0]]} if found and _is_subject(found) else set()

    def _in_last_sentence(self, text: str) -> Iterator[str]:
        """Yield the speakers whom the last sentence of a text names; a full stop in a name ends none."""
        if self._pattern is None:
            return
        found = list(self._pattern.finditer(text))
        bare = self._pattern.sub(lambda name: "_" * len(name[0]), text)
        ends = [end.end() for end in _SENTENCE_END.finditer(_ABBREVIATED.sub(lambda title: "_" * len(title[0]), bare))]
        yield from (
            self._spellings[name[0]] for name in found if name.start() >= max(ends, default=0) and _is_subject(name)
        )

    @cached_property
    def _spellings(self) -> dict[str, str]:
        """The names in the answer, and parts of names: those that only one of them has and that are no common word."""
        parts = [(part, name) for name in self._names for part in _WORD.findall(name) if len(part) > 2]
        used = {part: name for part, name in parts if part[0].isupper() and part in self._answer}
        owners = Counter(part for part, _ in parts)
        unique = {part: name for part, name in used.items() if owners[part] == 1 and not self._is_common(part)}
        return unique | {name: name for name in self._names if name in self._answer}

    def _is_common(self, part: str) -> bool:
        """Return whether a part of a name is also said as a word without a capital, as *user* of *User Interface*."""
        word = part.lower()
        return any(word in spoken.text and _any_of((word,)).search(spoken.text) for spoken in self._passages)

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if not self._spellings:
            return None
        return _any_of(tuple(sorted(self._spellings, key=lambda name: (-len(name), name))))


@lru_cache(maxsize=256)  # a team has the same names in all answers
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of these names as a whole, the first one of two that begin alike."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")


def _is_subject(name: re.Match[str]) -> bool:
    """Return whether a name is that of who speaks, and not of one to whom or of whom somebody speaks."""
    before = name.string[max(name.start() - 14, 0) : name.start()]
    return not _NOT_THE_SPEAKER.search(before) and not _OF_THEIRS.match(name.string, name.end())
