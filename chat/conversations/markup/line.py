"""A line of a text, and the blocks that its beginning can begin."""

from __future__ import annotations

import re
from dataclasses import dataclass

TAB = 4
BULLETS = "-+*•‣◦▪●○∙"
PLAIN = re.compile(rf"[^{BULLETS}#>`~_=|:0-9\s][^|]*")
"""A line that is text, whatever stands before it, unless it is indented."""
HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
FENCE = re.compile(r"(`{3,})([^`]{0,200})|(~{3,})(.{0,200})")
RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}[ \t]*")
ITEM = re.compile(rf"([{BULLETS}]|([0-9]{{1,9}})[.)])(?:[ \t\xa0]|$)")
UNDERLINE = re.compile(r"={3,}[ \t]*")
_HALF = re.compile(
    rf"(?:[{BULLETS}]|-+|=+|#{{1,6}}|[0-9]{{1,9}}[.)]?|>)[ \t]*"
    r"|(?::?-+:?[ \t]*)?\|[|:\- \t]*"
    r"|(?:`{1,2}|`{3,}[^ \t`]*|~{3,}[^ \t]*)[ \t]*"
)
_LONGEST_HALF = 300


@dataclass(slots=True)
class Line:
    """What is left of a line, which begins at a column."""

    text: str
    column: int = 0

    @property
    def indent(self) -> int:
        """The columns in front of the content."""
        if self.text[:1] not in (" ", "\t"):
            return 0
        column = self.column
        for character in self.text:
            if character == " ":
                column += 1
            elif character == "\t":
                column += TAB - column % TAB
            else:
                break
        return column - self.column

    @property
    def content(self) -> str:
        """The line without its indentation."""
        return self.text.lstrip(" \t")

    def indent_by(self, columns: int) -> None:
        """Go on after some columns of the indentation; what is left of a tab becomes spaces."""
        end = self.column + columns
        at = 0
        while self.column < end and self.text[at : at + 1] in (" ", "\t"):
            self.column += 1 if self.text[at] == " " else TAB - self.column % TAB
            at += 1
        self.text = " " * (self.column - end) + self.text[at:]
        self.column = min(self.column, end) if self.column > end else self.column

    def skip(self, size: int) -> None:
        """Go on after the indentation and so many characters."""
        self.indent_by(self.indent)
        self.text = self.text[size:]
        self.column += size

    def enter_quote(self) -> None:
        """Go on after the mark of a quote, and a space."""
        self.skip(1)
        if self.indent:
            self.indent_by(1)

    def without(self, columns: int) -> str:
        """Return the line without so many columns of its indentation."""
        self.indent_by(min(columns, self.indent))
        return self.text


def is_item(content: str) -> bool:
    """Return whether a line begins an item of a list."""
    return ITEM.match(content) is not None and not RULE.fullmatch(content)


def heading_text(content: str) -> str:
    """Return the text of a heading, without the marks at its end."""
    text = content.strip(" \t")
    bare = text.rstrip("#")
    return bare.rstrip(" \t") if bare[-1:] in ("", " ", "\t") else text


def has_only_begun(line: str, *, is_first: bool) -> bool:
    """Return whether it depends on what follows which block a line begins. A first line that is a number is one."""
    bare = line.lstrip(" \t>")
    if len(line) > _LONGEST_HALF or (is_first and re.fullmatch(r"[0-9]+[ \t>]*", bare)):
        return False
    return _HALF.fullmatch(bare or ">") is not None
