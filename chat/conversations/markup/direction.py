"""The direction of each block, by the majority of its letters: one Latin word does not turn an Arabic list around."""

from __future__ import annotations

import re

from .nodes import Child, Node

_RIGHT_TO_LEFT = re.compile(
    "[\u05d0-\u05f2\u0620-\u064a\u066e-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_UNMEASURED = {"code"}
_LISTS = {"ul", "ol"}
_BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol"}
_PARTS = {"", "td", "th"}
"""What is laid out as the whole list or table is, and whose text alone has a direction of its own."""


def direct(root: Node) -> None:
    """Say of each block that its direction is another than that around it, which is from left to right."""
    _direct(root, "ltr", is_in_list=False)


def has_right_to_left(text: str) -> bool:
    """Return whether a text has letters that are written from right to left: without any no block has a direction."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def _direct(node: Node, around: str, *, is_in_list: bool) -> None:
    own = around
    if node.tag in _BLOCKS and not (is_in_list and node.tag in _LISTS):
        own = direction_of(node) or around
        if own != around:
            node.attributes["dir"] = own
    elif node.tag in _PARTS:
        _isolate(node, around)
        return
    for child in node.children:
        if isinstance(child, Node):
            _direct(child, own, is_in_list=is_in_list or node.tag in _LISTS)


def _isolate(node: Node, around: str) -> None:
    own = direction_of(node)
    if own and own != around:
        node.children = [Node("span", node.children, {"dir": own})]


def direction_of(node: Node) -> str:
    """Return the direction of most letters of an element outside of code; empty if it has none."""
    letters, right_to_left = _letters(node)
    if letters == 0:
        return ""
    return "rtl" if right_to_left * 2 > letters else "ltr"


def _letters(child: Child) -> tuple[int, int]:
    """Return how many letters there are, and how many of them are written from right to left."""
    if isinstance(child, str):
        return sum(map(str.isalpha, child)), len(_RIGHT_TO_LEFT.findall(child))
    if child.tag in _UNMEASURED or child.children[:1] == [child.attributes.get("href")]:
        return 0, 0
    counts = [_letters(each) for each in child.children]
    return sum(count[0] for count in counts), sum(count[1] for count in counts)
