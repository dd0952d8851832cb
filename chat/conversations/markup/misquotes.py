"""The misquotations of an answer: they are marked where they stand, with what the transcript has instead beside them.

The text of an answer stays as it is: the words of a quotation are looked for in the tree, whatever Markdown is between.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...answers.quotations import letters_of
from .direction import has_right_to_left
from .nodes import Child, Node, joined

MISQUOTE = "misquote"
"""The class of the words of a misquotation."""
NOTE = "misquote__note"
"""The class of what is said of them."""

_WORD = re.compile(r"[^\W_]+")
_OPENING = re.compile(r"[“”„«»‹「『\"‘‚'][^\w“”„«»‹「『\"‘‚']*$")
_CLOSING = re.compile(r"[^\w“”„«»›」』\"’‘']*[“”«»›」』\"’‘']")


class Misquote(NamedTuple):
    """A quotation as the answer has it, what is said of it, and the words of the transcript, if it is near any."""

    quotation: str
    note: str
    words: str = ""


@dataclass(slots=True)
class _Text:
    """A text of the tree, and where it is."""

    parent: Node
    at: int
    text: str
    is_code: bool


class _Word(NamedTuple):
    text: int
    start: int
    end: int


def mark_misquotes(tree: Node, misquotes: Sequence[Misquote]) -> None:
    """Mark these quotations in a tree, in order; what is not found in it is noted at its end."""
    search = _Search(tree)
    missed = [misquote for misquote in misquotes if not search.mark(misquote)]
    search.rewrite()
    tree.children += [Node("p", [misquote.quotation, *_note(misquote)]) for misquote in missed]


class _Search:
    def __init__(self, tree: Node) -> None:
        self._texts = list(_texts(tree))
        self._words = [
            _Word(n, *word.span()) for n, each in enumerate(self._texts) for word in _WORD.finditer(each.text)
        ]
        letters = [letters_of(self._texts[word.text].text[word.start : word.end]) for word in self._words]
        self._letters = "".join(letters)
        self._begins = [0]
        for each in letters:
            self._begins.append(self._begins[-1] + len(each))
        self._from = 0
        self._marks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._notes: dict[int, list[tuple[int, Misquote]]] = defaultdict(list)

    def mark(self, misquote: Misquote) -> bool:
        """Note what to mark for a misquotation; return whether it is there, after the one before it."""
        wanted = letters_of(misquote.quotation)
        at = self._letters.find(wanted, self._from) if wanted else -1
        while at >= 0:
            first = bisect_right(self._begins, at) - 1
            last = bisect_right(self._begins, at + len(wanted) - 1) - 1
            start, end = self._words[first], self._words[last]
            if self._is_opened(start):
                self._from = at + len(wanted)
                self._wrap(start, end)
                n, place = self._note_place(end)
                self._notes[n].append((place, misquote))
                return True
            at = self._letters.find(wanted, at + 1)
        return False

    def rewrite(self) -> None:
        """Change the tree as noted."""
        changed: dict[int, dict[int, list[Child]]] = defaultdict(dict)
        parents: dict[int, Node] = {}
        for n in {*self._marks, *self._notes}:
            each = self._texts[n]
            parents[id(each.parent)] = each.parent
            changed[id(each.parent)][each.at] = list(_pieces(each.text, self._marks[n], self._notes[n]))
        for key, parent in parents.items():
            new = changed[key]
            parent.children[:] = [part for at, child in enumerate(parent.children) for part in new.get(at, [child])]

    def _is_opened(self, word: _Word) -> bool:
        """Return whether a quotation mark that is no code stands before a word."""
        each = self._texts[word.text]
        if not each.is_code and _OPENING.search(each.text[: word.start]):
            return True
        before = self._texts[word.text - 1] if word.text and not _WORD.search(each.text[: word.start]) else None
        return bool(before and not before.is_code and _OPENING.search(before.text))

    def _wrap(self, start: _Word, end: _Word) -> None:
        for n in range(start.text, end.text + 1):
            first = start.start if n == start.text else 0
            last = end.end if n == end.text else len(self._texts[n].text)
            self._marks[n].append((first, last))

    def _note_place(self, word: _Word) -> tuple[int, int]:
        """Return the text, and the place in it, behind the mark that closes the quotation with this last word."""
        for n in range(word.text, min(word.text + 3, len(self._texts))):
            closing = _CLOSING.match(self._texts[n].text, word.end if n == word.text else 0)
            if closing:
                return n, closing.end()
            if _WORD.search(self._texts[n].text, word.end if n == word.text else 0):
                break
        return word.text, word.end


def _texts(node: Node, *, is_code: bool = False) -> Iterator[_Text]:
    node.children[:] = joined(node.children)
    for at, child in enumerate(node.children):
        if isinstance(child, str):
            yield _Text(node, at, child, is_code)
        else:
            yield from _texts(child, is_code=is_code or child.tag == "code")


def _pieces(text: str, marks: Sequence[tuple[int, int]], notes: Sequence[tuple[int, Misquote]]) -> Iterator[Child]:
    """Yield a text with an element around each mark, and with the notes at their places."""
    elements: list[tuple[int, int, list[Child]]] = [
        *((start, end, list[Child]([Node("span", [text[start:end]], {"class": MISQUOTE})])) for start, end in marks),
        *((at, at, _note(misquote)) for at, misquote in notes),
    ]
    done = 0
    for start, end, children in sorted(elements, key=lambda element: element[:2]):
        yield text[done:start]
        yield from children
        done = end
    yield text[done:]


def _note(misquote: Misquote) -> list[Child]:
    """Return what is said of a misquotation, in brackets, so that a copy of the answer tells it apart as well."""
    words: list[Child] = []
    if misquote.words:
        attributes = {"dir": "rtl"} if has_right_to_left(misquote.words) else {}
        words = [": ", Node("span", [f"“{misquote.words}”"], attributes)]
    return [" ", Node("span", [f"[{misquote.note}", *words, "]"], {"class": NOTE})]
