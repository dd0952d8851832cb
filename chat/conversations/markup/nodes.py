"""The tree of an answer."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias, Union

Child: TypeAlias = Union["Node", str]


@dataclass(slots=True, eq=False)
class Node:
    """An element. Without a tag it is the text of a list item, whose children stand directly in the item."""

    tag: str
    children: list[Child] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)

    def open(self, tag: str, attributes: dict[str, str] | None = None) -> Node:
        """Append an element, and return it."""
        node = Node(tag, [], attributes or {})
        self.children.append(node)
        return node


def joined(children: Iterable[Child]) -> list[Child]:
    """Return children with adjacent texts as one, and without empty ones."""
    whole: list[Child] = []
    texts: list[str] = []
    for child in children:
        if isinstance(child, str):
            texts.append(child)
            continue
        if text := "".join(texts):
            whole.append(text)
        texts.clear()
        whole.append(child)
    if text := "".join(texts):
        whole.append(text)
    return whole


def text_of(children: Iterable[Child]) -> str:
    """Return the text of a tree, with a line break for each ``br``."""
    return "".join(each if isinstance(each, str) else text_of(each.children) for each in children)


def markup(children: Iterable[Child]) -> str:
    """Return a tree as HTML."""
    return "".join(html.escape(each, quote=False) if isinstance(each, str) else _element(each) for each in children)


_BLOCKS = {
    "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "tbody", "td", "th",
    "thead", "tr", "ul",
}  # fmt: skip


def _element(node: Node) -> str:
    if node.tag == "":
        return markup(node.children)
    if node.tag == "br":
        return "<br>"
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in node.attributes.items())
    end = "\n" if node.tag in _BLOCKS else ""
    if node.tag == "hr":
        return f"<hr>{end}"
    return f"<{node.tag}{attributes}>{markup(node.children)}</{node.tag}>{end}"
