"""The blocks of a text, line by line: quotes and lists inside each other, and in them paragraphs, code, tables."""

from __future__ import annotations

from dataclasses import dataclass

from . import tables
from .inline import Inline
from .leaf import Kind, Leaf
from .line import (
    FENCE,
    HEADING,
    ITEM,
    PLAIN,
    RULE,
    TAB,
    UNDERLINE,
    Line,
    has_only_begun,
    heading_text,
    is_item,
)  # fmt: skip
from .nodes import Node

_DEEPEST = 12


@dataclass(slots=True, eq=False)
class Container:
    """An open quote, or an item with the columns in front of its mark (``indent``) and of its content (``width``)."""

    node: Node
    list: Node | None = None
    mark: str = ""
    indent: int = 0
    width: int = 0


class Blocks:
    """Reads the lines of a text, and builds its tree."""

    def __init__(self, inline: Inline) -> None:
        self.root = Node("div")
        self._inline = inline
        self._containers: list[Container] = []
        self._leaf: Leaf | None = None

    def read(self, text: str, *, is_half: bool = False) -> Node:
        """Read a text. With ``is_half`` it goes on, or has broken off: complete or drop what its end leaves open."""
        *lines, last = text.split("\n")
        for line in lines:
            if line or self._containers or self._is_code:
                self._line(Line(line))
            else:
                self._close_leaf()  # a blank line, as in front of most paragraphs
        if not is_half or (last and not self._has_only_begun(last, is_first=not lines)):
            self._line(Line(last))
        if is_half:
            self._drop_head()
        self._close_leaf(is_half=is_half)
        return self.root

    def _has_only_begun(self, last: str, *, is_first: bool) -> bool:
        """Return whether it depends on what follows which block a line begins or ends."""
        if self._leaf and self._leaf.is_open_fence:
            return self._leaf.is_half_fence(last)
        return has_only_begun(last, is_first=is_first)

    def _drop_head(self) -> None:
        """Drop a line at the end that looks like the head of a table."""
        leaf = self._paragraph
        if leaf and leaf.lines[-1].startswith("|") and not (len(leaf.lines) > 1 and leaf.lines[-2].endswith("|")):
            self._take_last_line(leaf)

    # A line

    def _line(self, line: Line) -> None:
        kept = self._enter(line)
        leaf = self._leaf if kept == len(self._containers) else None
        if leaf and leaf.is_open_fence:
            leaf.add_fenced(line)
        elif not line.content:
            self._blank(kept, line)
        elif leaf and leaf.formula:
            leaf.add_text(line.content)
        else:
            self._begin(line, kept)

    def _enter(self, line: Line) -> int:
        """Go into the containers that a line continues, and return how many these are."""
        for kept, container in enumerate(self._containers):
            indent, content = line.indent, line.content
            if container.list is None:
                if indent >= TAB or not content.startswith(">"):
                    return kept
                line.enter_quote()
            elif content and not self._is_inside(container, indent, content):
                return kept
            else:
                line.indent_by(min(indent, container.width))
        return len(self._containers)

    @staticmethod
    def _is_inside(item: Container, indent: int, content: str) -> bool:
        if indent >= item.width:
            return True
        return indent >= item.indent + 2 and is_item(content)

    def _blank(self, kept: int, line: Line) -> None:
        leaf = self._leaf
        if leaf and leaf.kind is Kind.INDENTED and kept == len(self._containers):
            leaf.lines.append(line.without(TAB))
            return
        quote = next((at for at, each in enumerate(self._containers) if at >= kept and each.list is None), None)
        self._close_leaf()
        if quote is not None:
            self._close_to(quote)

    def _begin(self, line: Line, kept: int) -> None:
        """Open the blocks that begin in a line, the last of which takes its text."""
        is_plain = PLAIN.fullmatch(line.text) is not None
        while not is_plain and (deeper := self._container(line, kept)) is not None:
            kept = deeper
            if not line.content:
                return
        if is_plain or not self._leaf_begins(line, kept):
            self._text(line, kept)

    def _container(self, line: Line, kept: int) -> int | None:
        """Open the quote or the item that begins here; return how many containers are then open."""
        content, is_deep = line.content, kept >= _DEEPEST
        in_item = kept > 0 and self._containers[kept - 1].list is not None
        if is_deep or (line.indent >= TAB and not in_item and self._paragraph is None):
            return None
        if content.startswith(">") and line.indent < TAB:
            self._make(kept)
            self._containers.append(Container(self._innermost.open("blockquote")))
            line.enter_quote()
            return kept + 1
        item = ITEM.match(content)
        if item is None or RULE.fullmatch(content) or tables.DELIMITERS.fullmatch(content):
            return None
        is_empty = not content[item.end() :].strip(" \t")
        if self._continues(kept) and (is_empty or (item[2] or "1").lstrip("0") not in ("1", "")):
            return None
        self._open_item(line, kept, item[1], item[2])
        return kept + 1

    def _open_item(self, line: Line, kept: int, marker: str, number: str | None) -> None:
        mark, indent = marker[-1], line.indent
        sibling = self._containers[kept] if kept < len(self._containers) else None
        self._make(kept)
        if sibling and sibling.list and sibling.mark == mark:
            parent = sibling.list
        else:
            start = int(number) if number else 1
            parent = self._innermost.open("ol" if number else "ul", {"start": str(start)} if start != 1 else {})
        line.skip(len(marker))
        if line.text.startswith("\xa0"):
            line.text = " " + line.text[1:]
        padding = line.indent if 1 <= line.indent <= TAB and line.content else 1
        width = indent + len(marker) + padding
        self._containers.append(Container(parent.open("li"), parent, mark, indent, width))
        line.indent_by(padding)

    # The blocks with text

    def _leaf_begins(self, line: Line, kept: int) -> bool:
        """Open the block that begins here, or go on with a table; return False if the line is text."""
        content = line.content
        if line.indent >= TAB:
            return self._paragraph is None and self._indented(line, kept)
        return (
            self._heading(content, kept)
            or self._fence(content, kept, line.indent)
            or self._rule(content, kept)
            or self._table(content, kept)
        )

    def _heading(self, content: str, kept: int) -> bool:
        heading = HEADING.match(content)
        paragraph = self._paragraph if self._continues(kept) else None
        if heading:
            leaf = self._open_leaf(Kind.HEADING, kept, f"h{len(heading[1])}")
            leaf.lines.append(heading_text(content[heading.end() :]))
        elif paragraph and paragraph.node.tag and UNDERLINE.fullmatch(content):
            paragraph.node.tag = "h1"
            self._close_leaf()
        else:
            return False
        return True

    def _fence(self, content: str, kept: int, indent: int) -> bool:
        fence = FENCE.fullmatch(content)
        if fence is None:
            return False
        leaf = self._open_leaf(Kind.FENCE, kept, "pre")
        leaf.mark, leaf.indent = fence[1] or fence[3], indent
        leaf.language = "".join((fence[2] or fence[4] or "").split()[:1])
        return True

    def _indented(self, line: Line, kept: int) -> bool:
        leaf = self._leaf if self._leaf and self._leaf.kind is Kind.INDENTED and self._is_open(kept) else None
        leaf = leaf or self._open_leaf(Kind.INDENTED, kept, "pre")
        leaf.lines.append(line.without(TAB))
        return True

    def _rule(self, content: str, kept: int) -> bool:
        if not RULE.fullmatch(content):
            return False
        self._make(kept)
        self._innermost.open("hr")
        return True

    def _table(self, content: str, kept: int) -> bool:
        leaf = self._leaf if self._is_open(kept) else None
        if leaf and leaf.kind is Kind.TABLE and tables.is_row(content):
            leaf.lines.append(content)
            return True
        if leaf is None or leaf.kind is not Kind.PARAGRAPH:
            return False
        columns = tables.alignments(leaf.lines[-1], content)
        if columns is None:
            return False
        header = self._take_last_line(leaf)
        table = self._open_leaf(Kind.TABLE, kept, "table")
        table.lines, table.columns = [header], columns
        return True

    def _text(self, line: Line, kept: int) -> None:
        leaf = self._paragraph
        if leaf is None:
            is_item = kept > 0 and self._containers[kept - 1].list is not None
            self._make(kept)
            is_first = is_item and not self._innermost.children
            leaf = self._new_leaf(Kind.PARAGRAPH, "" if is_first else "p")
        leaf.add_text(line.content)

    # What is open

    @property
    def _is_code(self) -> bool:
        return self._leaf is not None and self._leaf.kind in (Kind.FENCE, Kind.INDENTED)

    @property
    def _paragraph(self) -> Leaf | None:
        return self._leaf if self._leaf and self._leaf.kind is Kind.PARAGRAPH else None

    @property
    def _innermost(self) -> Node:
        return self._containers[-1].node if self._containers else self.root

    def _is_open(self, kept: int) -> bool:
        return kept == len(self._containers)

    def _continues(self, kept: int) -> bool:
        """Return whether a line could continue the open paragraph."""
        return self._paragraph is not None and self._is_open(kept)

    def _take_last_line(self, paragraph: Leaf) -> str:
        """Take the last line from a paragraph, which is dropped if it had no other."""
        last = paragraph.lines.pop()
        if not paragraph.lines:
            self._innermost.children.pop()
            self._leaf = None
        return last

    def _make(self, kept: int) -> None:
        self._close_leaf()
        self._close_to(kept)

    def _close_to(self, kept: int) -> None:
        if kept < len(self._containers):
            self._close_leaf()
            del self._containers[kept:]

    def _open_leaf(self, kind: Kind, kept: int, tag: str) -> Leaf:
        self._make(kept)
        return self._new_leaf(kind, tag)

    def _new_leaf(self, kind: Kind, tag: str) -> Leaf:
        self._leaf = leaf = Leaf(kind, self._innermost.open(tag))
        return leaf

    def _close_leaf(self, *, is_half: bool = False) -> None:
        leaf, self._leaf = self._leaf, None
        if leaf is None:
            return
        leaf.show(self._inline, is_half=is_half)
        if is_half and not leaf.node.children:
            self._innermost.children.pop()
