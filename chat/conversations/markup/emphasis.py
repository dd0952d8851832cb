"""The tree of a block, from its items in order: texts, elements, runs of emphasis marks, brackets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .nodes import Child, Node, joined
from .runs import TAGS, Run, pair

if TYPE_CHECKING:
    from .inline import Item

_DEEPEST = 8


def nested(items: Sequence[Item], *, is_half: bool = False) -> list[Child]:
    """Return the tree of items. With ``is_half``, close at the end what is open."""
    open_runs = pair([item for item in items if isinstance(item, Run)], is_half=is_half)
    tree = _Tree()
    completed = _completed(open_runs) if is_half else []
    for item in items:
        tree.add(item, is_half=is_half)
    for run, size in reversed(completed):
        tree.close(run.mark, size)
    return _without_empty(tree.children()) if is_half else tree.children()


def _completed(open_runs: Sequence[Run]) -> list[tuple[Run, int]]:
    """Make elements of the runs that are open, and return them in the order in which they open."""
    closing: list[tuple[Run, int]] = []
    for run in open_runs[-_DEEPEST:]:
        sizes: list[int] = []
        while run.count and not run.is_in_word:
            sizes.append(2 if run.count >= 2 else 1)
            run.count -= sizes[-1]
        run.opening += sizes
        closing += [(run, size) for size in reversed(sizes)]
    return closing


class _Tree:
    """Elements inside each other. Those that would be too deep are shown as their marks."""

    def __init__(self) -> None:
        self._root: list[Child] = []
        self._open: list[Node] = []
        self._refused = 0

    def add(self, item: Item, *, is_half: bool) -> None:
        if isinstance(item, str | Node):
            self._add(item)
        elif isinstance(item, Run):
            self._run(item, is_half=is_half)
        elif not item.is_dropped:
            self._add(item.mark)

    def children(self) -> list[Child]:
        return joined(self._root)

    def close(self, mark: str, size: int) -> None:
        if self._refused:
            self._refused -= 1
            self._add(mark * size)
            return
        node = self._open.pop()
        node.children = joined(node.children)

    def _run(self, run: Run, *, is_half: bool) -> None:
        for size in run.closing:
            self.close(run.mark, size)
        if run.count and not (is_half and run.is_last):
            self._add(run.mark * run.count)
        for size in reversed(run.opening):
            self._open_element(run.mark, size)

    def _open_element(self, mark: str, size: int) -> None:
        if self._refused or len(self._open) >= _DEEPEST:
            self._refused += 1
            self._add(mark * size)
            return
        node = Node(TAGS[mark][size])
        self._add(node)
        self._open.append(node)

    def _add(self, child: Child) -> None:
        (self._open[-1].children if self._open else self._root).append(child)


def _without_empty(children: list[Child]) -> list[Child]:
    """Return a tree without blanks at its end, and without elements there that show nothing."""
    while children:
        last = children[-1]
        if isinstance(last, str):
            children[-1] = last.rstrip(" \n")
        elif last.tag not in ("br", "code", "a"):
            last.children = _without_empty(last.children)
        if children[-1] and (isinstance(last, str) or last.children):
            break
        children.pop()
    return children
