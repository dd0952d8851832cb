"""The notices in an answer that stand for what its reader may no longer hear: they look different from its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .nodes import Child, Node, joined

MASK = "mask"
"""The class of a notice."""


def tell_apart(tree: Node, notices: Sequence[str]) -> None:
    """Make an element of each of these notices in the text of a tree, but not in code, where they stay text."""
    pattern = re.compile("|".join(f"({re.escape(notice)})" for notice in notices))
    tree.children[:] = [part for child in joined(tree.children) for part in _parts(child, pattern, notices)]


def _parts(child: Child, pattern: re.Pattern[str], notices: Sequence[str]) -> Iterator[Child]:
    if isinstance(child, Node):
        if child.tag != "code":
            tell_apart(child, notices)
        yield child
        return
    for text in filter(None, pattern.split(child)):
        yield Node("span", [text], {"class": MASK}) if text in notices else text
