"""Masking what a reader may no longer hear in an answer: each sentence with a marker of a hidden source.

A sentence that repeats five words of a hidden excerpt, or names a hidden recording, is masked as well. In doubt more is
masked, up to the block, and never less. The rest of the text stays as it is, character by character.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import accumulate

from .blocks import Block, Span, blocks_of
from .verbatim import RUN

NOTICE = "[A sentence from a source that you may no longer hear.]"
WHOLE_NOTICE = "[An answer from a source that you may no longer hear.]"
NOTICES = (NOTICE, WHOLE_NOTICE)

_MARKER = re.compile(r"\[(\d{1,4})\]")
_WORD = re.compile(r"[^\W_]+")
_FIRST_IN_LINE = re.compile(r"^[ \t*_~]*\[\d{1,4}\]", re.MULTILINE)
_AT_END = re.compile(r"(?:[ \t]*\[\d{1,4}\]|[*_~\s])+\Z")
_DELIMITER = re.compile(r"\\.|`+|\*+|_+|~~|[()\[\]“”„«»\"]", re.DOTALL)
_PAIRS = {")": "(", "]": "[", "»": "«", "”": "“"}
_LONGEST_END = 200
"""Characters at the end of a sentence among which its last markers are looked for."""
_AROUND = 3
"""Most sentences on either side by which a mask grows, before it takes the whole block."""


@dataclass(frozen=True)
class Hidden:
    """What of the sources of an answer its reader may not hear."""

    numbers: Set[int] = frozenset()
    excerpts: Sequence[str] = ()
    titles: Sequence[str] = ()
    stretches: Sequence[Span] = ()
    """Where the answer is known to repeat hidden words."""
    is_whole: bool = False
    """Whether it cannot be told which sentences are from a hidden source."""

    def __bool__(self) -> bool:
        return bool(self.numbers or self.excerpts or self.titles or self.stretches or self.is_whole)


@dataclass(frozen=True)
class Mask:
    """A stretch of an answer, and what is shown in its place."""

    start: int
    end: int
    text: str


def shown_with(masks: Sequence[Mask], answer: str) -> str:
    """Return an answer with these masks."""
    return _chunks([answer], masks)[0]


def place_beside(masks: Sequence[Mask], start: int, end: int) -> Span | None:
    """Return where a stretch of an answer is in the answer with its masks; None if one covers any of it."""
    by = 0
    for mask in masks:
        if mask.end <= start:
            by += len(mask.text) - (mask.end - mask.start)
        elif mask.start < end:
            return None
    return start + by, end + by


def masked(answer: str, hidden: Hidden, *, is_broken: bool = False) -> str:
    """Return an answer with its masks."""
    return masked_chunks([answer], hidden, is_broken=is_broken)[0]


def masked_chunks(chunks: Sequence[str], hidden: Hidden, *, is_broken: bool = False) -> list[str]:
    """Return the chunks of an answer with its masks, so that a reader of any chunk can go on with the next."""
    if not hidden:
        return list(chunks)
    return _chunks(chunks, masks_of("".join(chunks), hidden, is_broken=is_broken))


def removed(
    chunks: Sequence[str], hidden: Hidden, word: str, *, is_broken: bool = False
) -> tuple[list[str], list[Mask]]:
    """Return the chunks of an answer with this word in the place of each mask, and the masks."""
    masks = masks_of("".join(chunks), hidden, is_broken=is_broken)
    masks = [replace(mask, text=word if mask.text else "") for mask in masks]
    return _chunks(chunks, masks), masks


def masks_of(answer: str, hidden: Hidden, *, is_broken: bool = False) -> list[Mask]:
    """Return the masks of an answer, in order. What ``is_broken`` off may end before the marker of a hidden source.

    So the sentences after the last marker of its last block are masked.
    """
    if hidden.is_whole:
        return [Mask(0, len(answer), WHOLE_NOTICE)] if answer else []
    if not hidden:
        return []
    blocks = blocks_of(answer)
    taken = _taken(answer, hidden)
    flags = [_flags(block, hidden, taken) for block in blocks]
    if is_broken and blocks and hidden.numbers:
        _flag_end(blocks[-1], flags[-1])
    _spread(answer, blocks, flags)
    return [mask for block, of_block in zip(blocks, flags, strict=True) for mask in _masks(answer, block, of_block)]


def _chunks(chunks: Sequence[str], masks: Sequence[Mask]) -> list[str]:
    answer, ends = "".join(chunks), list(accumulate(map(len, chunks)))
    return ["".join(_shown(answer, start, end, masks)) for start, end in zip([0, *ends], ends, strict=False)]


def _shown(answer: str, start: int, end: int, masks: Sequence[Mask]) -> Iterator[str]:
    """Yield what is shown of a stretch: a mask stands where it begins."""
    for mask in masks:
        if mask.end <= start or mask.start >= end:
            continue
        yield answer[start : max(mask.start, start)]
        if mask.start >= start:
            yield mask.text
        start = min(mask.end, end)
    yield answer[start:end]


def _flags(block: Block, hidden: Hidden, taken: Sequence[Span]) -> list[bool]:
    """Return for each sentence of a block whether it is hidden."""
    flags = []
    for places in block.sentences:
        start, end = places[0][0] - block.start, places[-1][1] - block.start
        has_marker = any(int(number) in hidden.numbers for number in _MARKER.findall(block.text, start, end))
        flags.append(has_marker or _overlaps(taken, places[0][0], places[-1][1]))
    if _FIRST_IN_LINE.search(block.text):  # then a marker between two sentences may stand for either
        flags = [flag or (n > 0 and _ends_hidden(block, n - 1, hidden)) for n, flag in enumerate(flags)]
    return flags


def _flag_end(block: Block, flags: list[bool]) -> None:
    """Mark the sentences of a block after its last marker as hidden."""
    for number in reversed(range(len(flags))):
        places = block.sentences[number]
        if _MARKER.search(block.text, places[0][0] - block.start, places[-1][1] - block.start):
            return
        flags[number] = True


def _ends_hidden(block: Block, number: int, hidden: Hidden) -> bool:
    """Return whether a hidden marker stands behind a sentence."""
    start, end = (place - block.start for place in (block.sentences[number][0][0], block.sentences[number][-1][1]))
    behind = _AT_END.search(block.text[max(end - _LONGEST_END, start) : end])
    return bool(behind) and any(int(found) in hidden.numbers for found in _MARKER.findall(behind[0] if behind else ""))


def _spread(answer: str, blocks: Sequence[Block], flags: list[list[bool]]) -> None:
    """Mask what a hidden marker without words of its own stands for, and what a hidden sentence introduces."""
    for n, block in enumerate(blocks):
        if any(flags[n]) and n and not _WORD.search(_MARKER.sub("", block.text)):
            flags[n - 1][:] = [True] * len(flags[n - 1])
    introduced = False
    for n, block in enumerate(blocks):
        if introduced and block.is_nested and not _MARKER.search(block.text):
            flags[n][:] = [True] * len(flags[n])
        elif not (introduced and block.is_nested):
            introduced = False
        if flags[n][-1] and _AT_END.sub("", _last(answer, block)[-_LONGEST_END:]).endswith((":", "：")):
            introduced = True


def _last(answer: str, block: Block) -> str:
    """Return the last sentence of a block."""
    places = block.sentences[-1]
    return answer[places[0][0] : places[-1][1]]


def _overlaps(stretches: Sequence[Span], start: int, end: int) -> bool:
    """Return whether one of these stretches, which are in order and apart, has anything of this one."""
    place = bisect_right(stretches, start, key=lambda stretch: stretch[1])
    return place < len(stretches) and stretches[place][0] < end


def _masks(answer: str, block: Block, flags: list[bool]) -> Iterator[Mask]:
    """Yield the masks of a block; hidden sentences one after another have one."""
    _balance(answer, block, flags)
    for n, places in enumerate(block.sentences):
        if not flags[n] or (n and flags[n - 1]):
            continue
        last = next((m for m in range(n, len(flags)) if not flags[m]), len(flags)) - 1
        if len(places) == 1:
            yield Mask(places[0][0], block.sentences[last][-1][1], NOTICE)
            continue
        yield from (Mask(*place, "" if number else NOTICE) for number, place in enumerate(places))


def _balance(answer: str, block: Block, flags: list[bool]) -> None:
    """Let masks grow until none cuts an emphasis, a link, a quotation or code in two."""
    at = 0
    while True in flags[at:]:
        first = flags.index(True, at)
        last = next((n for n in range(first, len(flags)) if not flags[n]), len(flags)) - 1
        first, last = _balanced(answer, block, first, last)
        flags[first : last + 1] = [True] * (last + 1 - first)
        at = last + 1


def _balanced(answer: str, block: Block, first: int, last: int) -> tuple[int, int]:
    count = len(block.sentences)
    sizes = sorted((before + after, before, after) for before in range(_AROUND + 1) for after in range(_AROUND + 1))
    for _, before, after in sizes:
        start, end = max(first - before, 0), min(last + after, count - 1)
        if _is_balanced(answer[block.sentences[start][0][0] : block.sentences[end][-1][1]]):
            return start, end
    return 0, count - 1


def _is_balanced(text: str) -> bool:
    """Return whether what a text opens is closed in it, and what it closes is opened."""
    odd: set[str] = set()
    opened: list[str] = []
    for found in _DELIMITER.finditer(_MARKER.sub("", text)):
        sign = found[0]
        if sign in "([“„«":
            opened.append("“" if sign == "„" else sign)
        elif sign in _PAIRS:
            if not opened or opened.pop() != _PAIRS[sign]:
                return False
        elif not sign.startswith("\\") and not _is_literal(found):
            odd ^= {sign}
    return not odd and not opened


def _is_literal(sign: re.Match[str]) -> bool:
    """Return whether a sign of emphasis is only text: between blanks, or an underscore between letters."""
    before, after = sign.string[sign.start() - 1 : sign.start()], sign.string[sign.end() : sign.end() + 1]
    if sign[0][0] == "_":
        return (before.isalnum() and after.isalnum()) or (not before.strip() and not after.strip())
    return sign[0][0] == "*" and not before.strip() and not after.strip()


def _taken(answer: str, hidden: Hidden) -> list[Span]:
    """Return where an answer repeats words of hidden excerpts, or names hidden recordings."""
    bare = _MARKER.sub(lambda marker: " " * len(marker[0]), answer)
    places = [word.span() for word in _WORD.finditer(bare)]
    said = [bare[start:end] for start, end in places]
    folded = [word.casefold() for word in said]
    taken = [*_runs(folded, _known(hidden.excerpts)), *_runs(folded, _named(hidden.titles, is_long=True))]
    taken += _runs(said, _named(hidden.titles, is_long=False))
    found = ((places[first][0], places[last - 1][1]) for first, last in taken)
    return _apart([*found, *hidden.stretches])


def _apart(stretches: Iterable[Span]) -> list[Span]:
    """Return stretches in order, those that overlap as one."""
    apart: list[Span] = []
    for start, end in sorted(stretches):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], end))
        else:
            apart.append((start, end))
    return apart


def _known(excerpts: Iterable[str]) -> set[tuple[str, ...]]:
    """Return the runs of five words of excerpts; a shorter excerpt counts as a whole, unless it is a single word."""
    runs = set()
    for excerpt in excerpts:
        words = [word.casefold() for word in _WORD.findall(excerpt)]
        size = min(RUN, len(words))
        runs |= {tuple(words[at : at + size]) for at in range(len(words) - size + 1) if size > 1}
    return runs


def _named(titles: Iterable[str], *, is_long: bool) -> set[tuple[str, ...]]:
    """Return the words of titles. One of a single word counts only as it is written."""
    words = [tuple(_WORD.findall(title)) for title in titles]
    if is_long:
        return {tuple(word.casefold() for word in title) for title in words if len(title) > 1}
    return {title for title in words if len(title) == 1}


def _runs(said: Sequence[str], known: set[tuple[str, ...]]) -> Iterator[Span]:
    """Yield where runs of words that are known stand among those that are said."""
    for size in {len(run) for run in known}:
        for at in range(len(said) - size + 1):
            if tuple(said[at : at + size]) in known:
                yield at, at + size
