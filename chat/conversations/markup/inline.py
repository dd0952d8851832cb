"""The text of one block: emphasis, code, links, citation markers, formulas, line breaks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from . import entities, links
from .emphasis import nested
from .nodes import Child, Node, joined, text_of
from .runs import Run, run

_IS_SPECIAL = r"(?<![!<&h])|(?<=!)(?=\[)|(?<=<)(?=[A-Za-z0-9.%+-])|(?<=&)(?=[#A-Za-z])|(?<=h)ttps?://"
_SPECIAL = re.compile(rf"[\\`*_~\[\]$\n!<&h](?:{_IS_SPECIAL})")  # a class of characters first: it is found sooner
_MARKER = re.compile(r"\[([1-9][0-9]{0,2})\]")
_BREAK = re.compile(r"<br[ \t]*/?>[ \t]*\n?", re.IGNORECASE)
_HALF_BREAK = re.compile(r"<br?[ \t]*/?", re.IGNORECASE)
_HALF_MARKER = re.compile(r"!?\[[0-9]{0,3}")
_TICKS = re.compile(r"`+")
_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_LINK_TEXT_LIMIT = 200
_DEEPEST = 8


@dataclass(slots=True, eq=False)
class Bracket:
    """A bracket that may begin the text of a link or an image, at a place of the text."""

    mark: str
    end: int
    is_active: bool = True
    is_dropped: bool = False


Item: TypeAlias = Child | Run | Bracket


class Inline:
    """A scan of the text of a block, from its beginning to its end.

    ``names`` has what screen readers call each citation. With ``is_half`` the text goes on, or has broken off: what is
    open at its end is completed, and what has only begun, such as half a marker, is dropped.
    """

    def __init__(self, names: Mapping[int, str], prefix: str) -> None:
        self._names = names
        self._prefix = prefix

    def read(self, text: str, *, is_half: bool = False) -> list[Child]:
        """Return the elements and texts of a block."""
        if not _SPECIAL.search(text):
            return [text] if text else []
        return _Scan(text, self._citation, is_half=is_half).children()

    def _citation(self, number: str) -> Node | None:
        name = self._names.get(int(number))
        if name is None:
            return None
        return Node("a", [number], {"href": f"#{self._prefix}{number}", "class": "citation", "aria-label": name})


class _Scan:
    def __init__(self, text: str, citation: Callable[[str], Node | None], *, is_half: bool) -> None:
        self._text = text
        self._citation = citation
        self._is_half = is_half
        self._items: list[Item] = []
        self._brackets: list[tuple[int, Bracket]] = []
        self._ticks: dict[int, list[int]] | None = None
        self._absent: set[str] = set()

    def children(self) -> list[Child]:
        at = 0
        while special := _SPECIAL.search(self._text, at):
            self._add(self._text[at : special.start()])
            at = self._READ[special[0][0]](self, special.start())
        self._add(self._text[at:])
        if self._is_half:
            self._drop_bracket()
        return nested(self._items, is_half=self._is_half)

    def _add(self, item: Item) -> None:
        if item != "":
            self._items.append(item)

    def _as_text(self, at: int, end: int) -> int:
        self._add(self._text[at:end])
        return end

    def _cut(self) -> int:
        """Drop the rest of the text, which has only begun."""
        return len(self._text)

    # What a special character begins: each returns the place after it

    def _escape(self, at: int) -> int:
        following = self._text[at + 1 : at + 2]
        if following == "" and self._is_half:
            return self._cut()
        if following in ("(", "["):
            return self._formula(at, "\\)" if following == "(" else "\\]") or self._as_text(at + 1, at + 2)
        if following == "\n":
            return at + 1
        if following in _ASCII_PUNCTUATION and following:
            return self._as_text(at + 1, at + 2)
        return self._as_text(at, at + 1)

    def _code(self, at: int) -> int:
        opening = _TICKS.match(self._text, at)
        size = len(opening[0]) if opening else 1
        end = self._closing_ticks(at + size, size)
        if end >= 0:
            self._add_code(self._text[at + size : end])
            return end + size
        if not self._is_half:
            return self._as_text(at, at + size)
        self._add_code(self._text[at + size :].rstrip("` \n"))
        return self._cut()

    def _add_code(self, code: str) -> None:
        code = code.replace("\n", " ")
        if code[:1] == code[-1:] == " " and code.strip(" "):
            code = code[1:-1]
        if code:
            self._add(Node("code", [code]))

    def _closing_ticks(self, at: int, size: int) -> int:
        if self._ticks is None:
            self._ticks = {}
            for ticks in _TICKS.finditer(self._text):
                self._ticks.setdefault(len(ticks[0]), []).append(ticks.start())
        places = self._ticks.get(size, [])
        found = bisect_left(places, at)
        return places[found] if found < len(places) else -1

    def _run(self, at: int) -> int:
        mark, end = self._text[at], at + 1
        while self._text[end : end + 1] == mark:
            end += 1
        self._add(run(mark, end - at, self._text[at - 1 : at] if at else "", self._text[end : end + 1]))
        return end

    def _image(self, at: int) -> int:
        return self._open(at, "![")

    def _bracket(self, at: int) -> int:
        match = _MARKER.match(self._text, at)
        citation = self._citation(match[1]) if match else None
        if match and citation:
            self._deactivate()
            self._add(citation)
            return match.end()
        return self._open(at, "[")

    def _open(self, at: int, mark: str) -> int:
        if self._is_half and _HALF_MARKER.fullmatch(self._text, at):
            return self._cut()
        bracket = Bracket(mark, at + len(mark))
        if len(self._brackets) >= _DEEPEST:
            del self._brackets[0]
        self._brackets.append((len(self._items), bracket))
        self._add(bracket)
        return at + len(mark)

    def _close(self, at: int) -> int:
        if not self._brackets:
            return self._as_text(at, at + 1)
        place, bracket = self._brackets.pop()
        if bracket.is_active and self._text[at + 1 : at + 2] == "(":
            found = links.destination(self._text, at + 1)
            href = links.safe(found.address)
            if found.reading is links.Reading.DONE and href:
                self._link(place, bracket.mark, href)
                return found.end
            if found.reading is links.Reading.MORE and self._is_half:
                bracket.is_dropped = True
                return self._cut()
        return self._as_text(at, at + 1)

    def _link(self, place: int, mark: str, href: str) -> None:
        content = nested(self._items[place + 1 :])
        del self._items[place:]
        if mark == "![":
            self._add(f"{text_of(content)} ({href})".strip(" \t"))
            return
        self._deactivate()
        self._add(Node("a", joined(_without_links(content)), {"href": href, "target": "_blank"}))

    def _deactivate(self) -> None:
        """Take from the open brackets what a link must not contain: another one."""
        for _, bracket in self._brackets:
            bracket.is_active = bracket.is_active and bracket.mark == "!["

    def _drop_bracket(self) -> None:
        """Drop the last open bracket: the text of a link whose address has not come yet."""
        if self._brackets and len(self._text) - self._brackets[-1][1].end <= _LINK_TEXT_LIMIT:
            self._brackets[-1][1].is_dropped = True

    def _pointed(self, at: int) -> int:
        if line_break := _BREAK.match(self._text, at):
            self._line_break()
            return line_break.end()
        if self._is_half and _HALF_BREAK.fullmatch(self._text, at):
            return self._cut()
        mail = links.POINTED_MAIL.match(self._text, at)
        match = mail or links.POINTED.match(self._text, at)
        href = links.safe(f"mailto:{match[1]}" if mail else match[1]) if match else None
        if match is None or href is None:
            return self._as_text(at, at + 1)
        self._add(_address(match[1], href))
        return match.end()

    def _entity(self, at: int) -> int:
        reference = entities.REFERENCE.match(self._text, at)
        character = entities.character(reference) if reference else None
        if reference is None or character is None:
            return self._as_text(at, at + 1)
        self._add(character)
        return reference.end()

    def _dollar(self, at: int) -> int:
        if self._text[at + 1 : at + 2] == "$":
            return self._formula(at, "$$") or self._as_text(at, at + 2)
        end = self._index("$", at + 1)
        if end < 0 or not _is_formula(self._text[at + 1 : end], self._text[end + 1 : end + 2]):
            return self._as_text(at, at + 1)
        return self._lines(at, end + 1)

    def _formula(self, at: int, closing: str) -> int:
        """Add a formula as it is written; return 0 if it does not end."""
        end = self._index(closing, at + 2)
        if end < 0 and not self._is_half:
            return 0
        return self._lines(at, end + 2 if end >= 0 else len(self._text))

    def _index(self, closing: str, at: int) -> int:
        """Return where something stands from ``at`` on; -1 if it does not, which is found out only once."""
        found = -1 if closing in self._absent else self._text.find(closing, at)
        if found < 0:
            self._absent.add(closing)
        return found

    def _lines(self, at: int, end: int) -> int:
        first, *others = self._text[at:end].split("\n")
        self._add(first)
        for line in others:
            self._line_break()
            self._add(line)
        return end

    def _new_line(self, at: int) -> int:
        self._line_break()
        return at + 1

    def _line_break(self) -> None:
        self._add(Node("br"))
        self._add("\n")

    def _bare(self, at: int) -> int:
        found = links.BARE.match(self._text, at)
        if found is None or ((before := self._text[at - 1 : at]).isascii() and before.isalnum()):
            return self._as_text(at, at + 4)
        end = links.bare_end(found[0])
        href = links.safe(found[0][:end])
        if href is None:
            return self._as_text(at, found.end())
        self._add(_address(found[0][:end], href))
        return at + end

    _READ: Mapping[str, Callable[[_Scan, int], int]] = {
        "\\": _escape, "`": _code, "*": _run, "_": _run, "~": _run, "!": _image, "[": _bracket, "]": _close,
        "<": _pointed, "&": _entity, "$": _dollar, "\n": _new_line, "h": _bare,
    }  # fmt: skip


def _is_formula(content: str, after: str) -> bool:
    """Return whether what stands between two dollar signs is a formula, not text between two prices."""
    if not content or content[0] in " \n" or content[-1] in " \n\\" or "\n" in content or "0" <= after <= "9":
        return False
    return not _MARKER.search(content) and "`" not in content


def _address(text: str, href: str) -> Node:
    return Node("a", [text], {"href": href, "target": "_blank"})


def _without_links(children: Sequence[Child]) -> list[Child]:
    """Return the text of a link without the addresses in it, which stay text."""
    kept: list[Child] = []
    for child in children:
        if isinstance(child, Node) and child.tag == "a":
            kept += _without_links(child.children)
        else:
            if isinstance(child, Node):
                child.children = joined(_without_links(child.children))
            kept.append(child)
    return kept
