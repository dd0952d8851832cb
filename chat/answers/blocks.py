"""The sentences of an answer in Markdown, by the blocks in which they stand: places in the text, not a rendering.

In doubt a sentence is longer: two that may be one are one, up to the end of their block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Span = tuple[int, int]
"""Beginning and end of a part of a text, in characters."""

_QUOTE = re.compile(r"[ \t]*>[ \t]?")
_ITEM = re.compile(r"[ \t]*(?:[-+*•‣◦▪●○∙]|(?P<number>\d{1,9})[.)])(?=[ \t\xa0]|$)[ \t\xa0]*")
_HEADING = re.compile(r"[ \t]*#{1,6}(?=[ \t]|$)[ \t]*")
_FENCE = re.compile(r"[ \t]*(?P<mark>`{3,}(?=[^`]*$)|~{3,})[ \t]*")
_RULE = re.compile(r"[ \t]*(?:([-*_])(?:[ \t]*\1){2,}|={3,})[ \t]*")
_DELIMITERS = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_PIPE = re.compile(r"(?<!\\)\|")
_INDENT = re.compile(r"[ \t]*")

_STOP = ".!?؟۔।॥։።"
_CLOSING = r"[*_~`\"”“’»)\]]"
_MARKED = r"[ \t\n]*\[\d{1,4}\]"
_END = re.compile(
    rf"(?:(?<![{_STOP}…])(?P<stop>[{_STOP}]+)(?P<rest>(?:{_CLOSING}|{_MARKED}[{_STOP}]*)*)\s+"
    rf"|[。！？｡]+(?:[*_~`\"”“’»)\]」』）】]|{_MARKED})*\s*(?![(\[\s]))(?=\S)"
)
_START = re.compile(r"[\W_]{0,20}(?P<letter>[^\W_])")
_WORD_BEFORE = re.compile(r"[^\W_]+(?:\.[^\W_]+)*$")
_SHORT = frozenset(
    word
    for words in (
        "mr mrs ms dr prof sr jr st no nos vs etc approx fig figs dept inc ltd co corp eg ie cf al ca incl min max est",
        "jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun bzw usw ggf nr abs",
    )
    for word in words.split()
)


@dataclass(frozen=True)
class Block:
    """A paragraph, item or heading, a row of a table, or code.

    ``text`` is what stands from ``start`` on, with blanks for the marks of quotes at the beginning of its lines.
    """

    start: int
    text: str
    sentences: Sequence[Sequence[Span]]
    """Each with its places: one, or those of the cells of a row."""
    is_nested: bool = False
    """Whether it is an item, a quote, a row or code, which a colon before it may introduce."""


@dataclass
class _Lines:
    """The lines of an open block: the places of their texts."""

    spans: list[Span] = field(default_factory=list)
    depth: int = 0
    width: int = -1
    """The columns before the text of an item; -1 for what is none."""


def blocks_of(text: str) -> list[Block]:
    """Return the blocks of a text that have any text, in order."""
    return list(_Reader(text).read())


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._open = _Lines()
        self._fence = ""
        self._is_table = False

    def read(self) -> Iterator[Block]:
        lines = [match.span() for match in re.finditer(r"[^\n]*", self._text)]
        lines = [span for n, span in enumerate(lines) if n == 0 or span[0] != lines[n - 1][1]]
        for n, (start, end) in enumerate(lines):
            following = lines[n + 1] if n + 1 < len(lines) else (end, end)
            yield from self._line(start, end, self._text[slice(*following)])
        yield from self._close()

    def _line(self, start: int, end: int, following: str) -> Iterator[Block]:
        at, depth = self._after_quotes(start, end)
        if self._fence:
            if depth >= self._open.depth:
                yield from self._in_fence(at, end)
                return
            yield from self._close()
        line = self._text[at:end]
        if not line.strip() or _RULE.fullmatch(line):
            yield from self._close()
        elif self._is_row(line, following):
            yield from self._row(at, end)
        else:
            yield from self._text_line(at, end, depth)

    def _after_quotes(self, start: int, end: int) -> tuple[int, int]:
        """Return where a line goes on after the marks of quotes, and how many these are."""
        depth = 0
        while (quote := _QUOTE.match(self._text, start, end)) and not (self._fence and depth == self._open.depth):
            start, depth = quote.end(), depth + 1
        return start, depth

    def _in_fence(self, at: int, end: int) -> Iterator[Block]:
        if self._text[at:end].strip().startswith(self._fence) and not self._text[at:end].strip(" \t\r`~"):
            yield from self._close()
        elif self._text[at:end].strip():
            self._open.spans.append((at, end))

    def _is_row(self, line: str, following: str) -> bool:
        """Return whether a line is a row of a table, or its head."""
        follows = following.lstrip(" \t>")
        is_head = "|" in follows and _DELIMITERS.fullmatch(follows.rstrip("\r")) and _columns(line) == _columns(follows)
        self._is_table = bool(_PIPE.search(line) and (self._is_table or is_head))
        return self._is_table

    def _row(self, at: int, end: int) -> Iterator[Block]:
        yield from self._close()
        self._is_table = True
        if _DELIMITERS.fullmatch(self._text[at:end].rstrip("\r")):
            return
        ends = [match.start() for match in _PIPE.finditer(self._text, at, end)]
        cells = [_stripped(self._text, *cell) for cell in zip([at, *(e + 1 for e in ends)], [*ends, end], strict=True)]
        if cells := [(start, stop) for start, stop in cells if start < stop]:
            yield Block(at, self._text[at:end], [cells], is_nested=True)

    def _text_line(self, at: int, end: int, depth: int) -> Iterator[Block]:
        self._is_table = False
        while item := self._item(at, end):
            yield from self._close()
            self._open = _Lines(depth=depth, width=item.end() - at)
            at = item.end()
        if fence := _FENCE.match(self._text, at, end):
            yield from self._close()
            yield from self._single(fence.end(), end)
            self._fence, self._open = fence["mark"], _Lines(depth=depth, width=0)
        elif heading := _HEADING.match(self._text, at, end):
            yield from self._close()
            yield from self._single(heading.end(), end)
        else:
            if depth > self._open.depth and self._open.spans:
                yield from self._close()
            if not self._open.spans:
                self._open.depth = depth
            self._open.spans.append((at, end))

    def _item(self, at: int, end: int) -> re.Match[str] | None:
        """Return the mark of an item that begins here. Inside a paragraph only some begin one."""
        item = _ITEM.match(self._text, at, end)
        if item is None or not self._open.spans:
            return item
        is_inside = self._open.width < 0 or _indent(self._text, at, end) >= self._open.width
        may_interrupt = item.end() < end and (item["number"] or "1").lstrip("0") in ("1", "")
        return item if may_interrupt or not is_inside else None

    def _single(self, start: int, end: int) -> Iterator[Block]:
        self._open.spans.append((start, end))
        yield from self._close()

    def _close(self) -> Iterator[Block]:
        lines, is_code, self._open, self._fence = self._open, bool(self._fence), _Lines(), ""
        self._is_table = False
        if not lines.spans:
            return
        start, end = _stripped(self._text, lines.spans[0][0], lines.spans[-1][1])
        if start == end:
            return
        text = _without_marks(self._text, lines.spans)[start - lines.spans[0][0] :][: end - start]
        sentences = [(0, len(text))] if is_code else sentences_of(text)
        places = [[(start + first, start + last)] for first, last in sentences]
        yield Block(start, text, places, is_nested=is_code or lines.width >= 0 or lines.depth > 0)


def sentences_of(text: str) -> list[Span]:
    """Return the sentences of a paragraph, each with the markers behind its full stop."""
    ends = [match for match in _END.finditer(text) if match["stop"] is None or _is_end(text, match)]
    starts = [0, *(match.end() for match in ends)]
    spans = zip(starts, [*starts[1:], len(text)], strict=True)
    return [span for span in (_stripped(text, *span) for span in spans) if span[0] < span[1]]


def _is_end(text: str, end: re.Match[str]) -> bool:
    """Return whether a full stop ends a sentence: not that of an abbreviation, nor one before a small letter."""
    following = _START.match(text, end.end())
    if following is None or following["letter"].islower() or following["letter"].isdigit():
        return False
    if end["stop"] != ".":
        return ".." not in end["stop"]
    word = _WORD_BEFORE.search(text[max(end.start() - 20, 0) : end.start()])
    return not word or not (len(word[0]) == 1 or "." in word[0] or word[0].casefold() in _SHORT)


def _without_marks(text: str, lines: Sequence[Span]) -> str:
    """Return the text of lines with blanks for what stands between them, except the line breaks."""
    parts, at = [], lines[0][0]
    for start, end in lines:
        parts += [re.sub(r"[^\n]", " ", text[at:start]), text[start:end]]
        at = end
    return "".join(parts)


def _stripped(text: str, start: int, end: int) -> Span:
    """Return a stretch of a text without the blanks around it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _indent(text: str, at: int, end: int) -> int:
    blank = _INDENT.match(text, at, end)
    return len(blank[0].expandtabs(4)) if blank else 0


def _columns(row: str) -> int:
    return len(_PIPE.findall(row.strip(" \t\r>").removeprefix("|").removesuffix("|")))
