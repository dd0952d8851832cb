"""What an answer that breaks off leaves half-open at its end: ``**bold``, a code span, half a marker, half a link.

The stored text stays as it is: it is a log. Only its rendering is completed, in the way in which the page has shown the
text while it streamed (``markdown/inline.js``).
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field

_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})(.*)")
_HALF_LINE = re.compile(r"[ \t>]*(?:[-+*=#]|-+|=+|#{1,6}|\|[|:\- \t]*|`{1,2}|`{3,}\w*|~{3,}\w*|\d{1,9}[.)]?|>)[ \t]*")
_HALF_TABLE = re.compile(r"(?:\A|(?<=\n))(?<!\|\n)(?<!\| \n)\|[^\n]*(?:\n[|:\- \t]*)?\Z")
_SPECIAL = re.compile(r"\\(?s:.)?|`+|\*+|_+|~+|!?\[|\]")
_HALF_MARKER = re.compile(r"\[\d{0,3}\Z")
_DESTINATION = re.compile(r'\((?:[^\s()\\]|\\\S|\([^\s()]*\)?)*(?:[ \t]+"[^"]*"?)?[ \t]*(\)?)')
_LINK_TEXT_LIMIT = 200
_DEEPEST = 8
_PUNCTUATION = frozenset(string.punctuation)


def without_half_block(text: str) -> tuple[str, bool]:
    """Return a text without a block at its end that has only begun, and whether there was one.

    That is a list item or a heading without words, the head of a table, or the line that begins or ends a code block.
    """
    before, newline, last = text.rpartition("\n")
    fence = _open_fence(before)
    if fence:
        is_half_end = set(last.strip(" \t>")) == {fence[0]} and len(last.strip(" \t>")) < len(fence)
        return (before if is_half_end else text), True
    has_begun = _HALF_LINE.fullmatch(last) and (newline or not last.strip().isdigit())
    whole = _HALF_TABLE.sub("", before if has_begun else text)
    return whole, whole != text


def closed(inline: str) -> str:
    """Return the text of a block with what it leaves open closed, or dropped if nothing follows it."""
    return _Inline(inline).close()


def _open_fence(text: str) -> str:
    """Return the characters that opened the code block in which a text ends; empty if it ends in none."""
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if match and not fence:
            fence = match[1]
        elif match and match[1].startswith(fence) and not match[2].strip():
            fence = ""
    return fence


@dataclass
class _Open:
    """An open run of emphasis marks: where it begins, and how many of its marks are not closed."""

    mark: str
    start: int
    end: int
    count: int


@dataclass
class _Inline:
    """A scan of the text of one block, which keeps account of what is open."""

    text: str
    emphasis: list[_Open] = field(default_factory=list)
    brackets: list[tuple[int, int]] = field(default_factory=list)
    code: str = ""

    def close(self) -> str:
        at = 0
        while special := _SPECIAL.search(self.text, at):
            at = self._read(special)
        self._open_bracket()
        self._drop_empty()
        return self.text + self.code + "".join(each.mark * each.count for each in reversed(self.emphasis))

    def _read(self, special: re.Match[str]) -> int:
        """Read a special character, and return where to continue."""
        found = special[0]
        if found[0] == "\\":
            return special.end() if len(found) == 2 else self._cut(special.start())
        if found[0] == "`":
            return self._ticks(special)
        if found[0] in "*_~":
            return self._run(special)
        if found == "]":
            return self._close_bracket(special.start())
        if _HALF_MARKER.match(self.text, special.end() - 1):
            return self._cut(special.start())
        self.brackets.append((special.start(), special.end()))
        return special.end()

    def _cut(self, at: int) -> int:
        self.text = self.text[:at].rstrip()
        return len(self.text)

    def _ticks(self, opening: re.Match[str]) -> int:
        run = opening[0]
        closing = re.compile(rf"(?<!`){run}(?!`)").search(self.text, opening.end())
        if closing:
            return closing.end()
        self.text = self.text.rstrip("` \n")
        if len(self.text) <= opening.end():
            return self._cut(opening.start())
        self.code = run
        return len(self.text)

    def _run(self, run: re.Match[str]) -> int:
        mark, before, after = run[0][0], self.text[: run.start()][-1:], self.text[run.end() :][:1]
        opens, closes = _flanking(mark, before, after)
        opens = opens and not (before.isalnum() and after.isalnum())  # as in 2*3
        left = self._close_emphasis(mark, len(run[0])) if closes else len(run[0])
        if not after:
            return run.end() if left == 0 else self._cut_marks(run.start(), left)
        if left and opens and len(self.emphasis) < _DEEPEST and not (mark == "~" and left != 2):
            self.emphasis.append(_Open(mark, run.end() - left, run.end(), left))
        return run.end()

    def _cut_marks(self, start: int, left: int) -> int:
        """Drop marks at the end that close nothing: half of a closing run, or the beginning of another."""
        self.text = self.text[: max(start, len(self.text) - left)].rstrip()
        return len(self.text)

    def _close_emphasis(self, mark: str, count: int) -> int:
        """Close the innermost runs of these marks; return how many marks are left."""
        is_whole = any(each.mark == mark and each.count <= count for each in self.emphasis)
        while is_whole and count and any(each.mark == mark for each in self.emphasis):
            innermost = max(n for n, each in enumerate(self.emphasis) if each.mark == mark)
            if self.emphasis[innermost].count > count:
                break
            count -= self.emphasis[innermost].count
            del self.emphasis[innermost:]
        return count

    def _close_bracket(self, at: int) -> int:
        if not self.brackets:
            return at + 1
        start, end = self.brackets.pop()
        destination = _DESTINATION.match(self.text, at + 1)
        if destination is None or destination[1] or destination.end() < len(self.text):
            return destination.end() if destination and destination[1] else at + 1
        self.text = self.text[:start] + self.text[end:at]  # half a link: only its text
        return len(self.text)

    def _open_bracket(self) -> None:
        if not self.brackets:
            return
        start, end = self.brackets[-1]
        if len(self.text) - end <= _LINK_TEXT_LIMIT and not self.code:
            self.text = self.text[:start] + self.text[end:]
            for each in self.emphasis:
                moved = end - start if each.start >= end else 0
                each.start, each.end = each.start - moved, each.end - moved

    def _drop_empty(self) -> None:
        """Drop runs that opened something without content: a closing run must follow a word."""
        self.text = self.text if self.code else self.text.rstrip()
        while self.emphasis and not self.code and len(self.text) <= self.emphasis[-1].end:
            self._cut(self.emphasis.pop().start)


def _flanking(mark: str, before: str, after: str) -> tuple[bool, bool]:
    """Return whether a run of marks can open emphasis, and whether it can close it, as in CommonMark."""
    left = _is_text(after) and (after not in _PUNCTUATION or not _is_text(before) or before in _PUNCTUATION)
    right = _is_text(before) and (before not in _PUNCTUATION or not _is_text(after) or after in _PUNCTUATION)
    if mark != "_":
        return left, right
    return left and (not right or before in _PUNCTUATION), right and (not left or after in _PUNCTUATION)


def _is_text(character: str) -> bool:
    return bool(character) and not character.isspace()
