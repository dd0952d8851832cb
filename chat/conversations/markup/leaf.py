"""The blocks that have text: paragraphs, headings, code and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from . import code, tables
from .inline import Inline
from .line import TAB, Line
from .nodes import Node

_TASK = re.compile(r"\[([ xX])\][ \t]+(?=[^ \t\n])")


class Kind(Enum):
    """The kinds of blocks with text."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    FENCE = "fence"
    INDENTED = "indented"
    TABLE = "table"


@dataclass(slots=True, eq=False)
class Leaf:
    """An open block with text.

    ``mark`` and ``indent`` are those of a fence; ``formula`` is what closes the formula that a paragraph leaves open;
    ``columns`` has the alignments of a table.
    """

    kind: Kind
    node: Node
    lines: list[str] = field(default_factory=list)
    mark: str = ""
    indent: int = 0
    language: str = ""
    is_closed: bool = False
    formula: str = ""
    columns: list[str] = field(default_factory=list)

    def add_text(self, content: str) -> None:
        """Add a line to a paragraph."""
        content = content.rstrip(" \t")
        self.lines.append(content)
        self.formula = _open_formula(content, self.formula)

    @property
    def is_open_fence(self) -> bool:
        """Whether it is code after a fence that is not closed."""
        return self.kind is Kind.FENCE and not self.is_closed

    def add_fenced(self, line: Line) -> None:
        """Add a line after a fence, which may be the fence that closes."""
        content = line.content.rstrip(" \t")
        if line.indent < TAB and set(content) == {self.mark[0]} and len(content) >= len(self.mark):
            self.is_closed = True
        else:
            self.lines.append(line.without(self.indent))

    def is_half_fence(self, last: str) -> bool:
        """Return whether a last line is the beginning of the fence that closes."""
        bare = last.strip(" \t>")
        return set(bare) == {self.mark[0]} and len(bare) < len(self.mark)

    def show(self, inline: Inline, *, is_half: bool) -> None:
        """Fill the element with what the lines say."""
        if self.kind is Kind.TABLE:
            self.node.children.clear()
            self.node.children.extend(self._parts(inline, is_half=is_half))
        elif self.kind in (Kind.FENCE, Kind.INDENTED):
            self.node.children = [code.shown(self._code(), self.language)]
        else:
            self.node.children = inline.read(self._text(), is_half=is_half)

    def _text(self) -> str:
        text = "\n".join(self.lines)
        task = _TASK.match(text) if self.node.tag == "" else None
        return f"{'☐' if task[1] == ' ' else '☑'} {text[task.end() :]}" if task else text

    def _code(self) -> str:
        lines = self.lines
        if self.kind is Kind.INDENTED:
            while not lines[-1].strip(" \t"):
                lines.pop()
        return "\n".join(lines) + ("\n" if self.is_closed and lines else "")

    def _parts(self, inline: Inline, *, is_half: bool) -> Iterator[Node]:
        head, *rows = self.lines
        yield Node("thead", [self._row(head, "th", inline, is_half=is_half and not rows)])
        if rows:
            last = len(rows) - 1
            body = [self._row(row, "td", inline, is_half=is_half and at == last) for at, row in enumerate(rows)]
            yield Node("tbody", [*body])

    def _row(self, line: str, tag: str, inline: Inline, *, is_half: bool) -> Node:
        cells = tables.cells_of(line)
        row = Node("tr")
        for at, cell in enumerate(tables.filled(cells, len(self.columns))):
            align = self.columns[at] if at < len(self.columns) else ""
            shown = row.open(tag, {"align": align} if align else {})
            shown.children = inline.read(cell, is_half=is_half and at == len(cells) - 1)
        return row


def _open_formula(line: str, open_formula: str) -> str:
    """Return what closes the formula that is open after a line of a paragraph; empty if none is."""
    if open_formula:
        return "" if open_formula in line else open_formula
    if line.startswith("$$"):
        return "$$" if "$$" not in line[2:] else ""
    if line.startswith("\\[") or line.endswith("\\["):
        return "\\]" if line.rfind("\\]") < line.rfind("\\[") else ""
    return ""
