"""An answer looks the same while it streams, when it has ended or broken off, and in the final HTML of the server."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from typing_extensions import override

from chat.conversations.markdown import render

from ..conversations.snippets import SNIPPETS
from .test_modules import NODE_ENVIRON, ROOT, SECONDS

CITED = dict.fromkeys(range(1, 1_000), "")
"""Numbers with sources, none of which has a name."""
BLOCKS = set("blockquote h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td th thead tr ul".split())  # noqa: SIM905

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed (apt-get install nodejs)")


class Shape(HTMLParser):
    """All that a page shows of some HTML: its texts, and its elements with their attributes.

    Left out are the colours in code and the line break that the server writes after a block. A citation is a marker.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._closing: list[str] = []
        self._is_after_block = False
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        self._is_after_block = tag == "hr"
        is_marker = tag == "sup" or named.get("class") == "citation"
        is_colour = tag == "span" and "dir" not in named
        named.pop("class", None)
        shown = "<marker>" if is_marker else f"<{tag} {sorted(named.items())}>"
        self._add("" if is_colour else shown)
        if tag not in {"br", "hr"}:
            self._closing.append("" if is_colour else f"</{'marker' if is_marker else tag}>")

    @override
    def handle_endtag(self, tag: str) -> None:
        self._is_after_block = tag in BLOCKS
        if tag not in {"br", "hr"}:
            self._add(self._closing.pop())

    @override
    def handle_data(self, data: str) -> None:
        self._add(data.removeprefix("\n") if self._is_after_block else data)
        self._is_after_block = False

    def _add(self, part: str) -> None:
        if part:
            self.parts.append(part)


def shape(html: str) -> str:
    return "".join(Shape(html).parts)


def rendered(texts: list[str], *how: str) -> list[str]:
    """Return the HTML that the page shows of each of these texts, which stream in pieces."""
    command = ["node", str(ROOT / "tests/js/render.mjs"), *how]
    done = subprocess.run(
        command, env=NODE_ENVIRON, input=json.dumps(texts), capture_output=True, text=True, timeout=SECONDS, check=True
    )
    return list(json.loads(done.stdout))


def assert_same(texts: list[str]) -> None:
    for text, ended, broken in zip(texts, rendered(texts), rendered(texts, "broken"), strict=True):
        assert shape(ended) == shape(render(text, CITED)), text
        assert shape(broken) == shape(render(text, CITED, is_broken=True)), text


def prefixes(text: str) -> list[str]:
    """Return every prefix of a text; of one that is longer than 120 characters, as many."""
    return [text[:end] for end in range(len(text), 0, -1 - len(text) // 120)]


def test_there_are_hundreds_of_snippets_of_every_construct() -> None:
    assert sum(map(len, SNIPPETS.values())) > 600
    assert len(SNIPPETS) >= 16


@pytest.mark.parametrize("subject", SNIPPETS)
def test_every_prefix_of_every_snippet_looks_the_same_live_and_final(subject: str) -> None:
    assert_same([prefix for snippet in SNIPPETS[subject] for prefix in prefixes(snippet)])


def test_any_sequence_of_snippets_looks_the_same_live_and_final() -> None:
    chance = random.Random(12)  # noqa: S311
    every = [snippet for snippets in SNIPPETS.values() for snippet in snippets]
    between = ["", " ", "\n", "\n\n", "\n  ", "\n> ", "\n- ", "**", "[", "`"]

    assert_same(["".join(chance.choice(every) + chance.choice(between) for _ in range(8)) for _ in range(400)])


def test_a_long_paragraph_looks_the_same_live_and_final() -> None:
    chance = random.Random(13)  # noqa: S311
    inline = [snippet for subject in ("emphasis", "links", "markers", "cjk") for snippet in SNIPPETS[subject]]
    parts = [part.replace("\n", " ") for part in inline] + ["word " * 20] * 60
    lengths: list[Callable[[], str]] = [lambda: " ", lambda: "\n"]

    texts = [" ".join(chance.choice(parts) + chance.choice(lengths)() for _ in range(80)) for _ in range(12)]

    assert_same(texts)
