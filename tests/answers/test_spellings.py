"""The spellings in which models write markers, each whole, in pieces of seven characters and letter by letter."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answers import claims, spellings
from chat.answers.markers import Markers
from chat.answers.parentheses import Edit, edited

from .test_markers import Numbers, rewrite

SPELLINGS = {
    "plain": ("The pump ships in May [1].", "The pump ships in May [1].", [1]),
    "two markers": ("It ships in May [1][2].", "It ships in May [1][2].", [1, 2]),
    "comma": ("It ships in May [1, 2].", "It ships in May [1][2].", [1, 2]),
    "semicolon": ("It ships in May [1; 2].", "It ships in May [1][2].", [1, 2]),
    "and": ("It ships in May [1 and 2].", "It ships in May [1][2].", [1, 2]),
    "und": ("Es kommt im Mai [1 und 2].", "Es kommt im Mai [1][2].", [1, 2]),
    "ampersand": ("It ships in May [1 & 2].", "It ships in May [1][2].", [1, 2]),
    "comma and": ("It ships in May [1, 2, and 3].", "It ships in May [1][2][3].", [1, 2, 3]),
    "range hyphen": ("It ships in May [1-3].", "It ships in May [1][2][3].", [1, 2, 3]),
    "range en dash": ("It ships in May [1–3].", "It ships in May [1][2][3].", [1, 2, 3]),
    "range to": ("It ships in May [2 to 3].", "It ships in May [1][2].", [2, 3]),
    "range beyond": ("It ships in May [2-9].", "It ships in May [1][2].", [2, 3]),
    "range and number": ("It ships in May [1, 2-3].", "It ships in May [1][2][3].", [1, 2, 3]),
    "lenticular": ("It ships in May 【1】.", "It ships in May [1].", [1]),
    "lenticular openai": ("It ships in May 【1†source】.", "It ships in May [1].", [1]),
    "lenticular colon": ("It ships in May 【1:0†source】.", "It ships in May [1].", [1]),
    "lenticular lines": ("It ships in May 【2†L1-L5】.", "It ships in May [1].", [2]),
    "lenticular file": ("It ships in May 【2:13†meeting 7.vtt】.", "It ships in May [1].", [2]),
    "full width": ("It ships in May [1].", "It ships in May [1].", [1]),
    "full-width brackets": ("出荷は5月［２］。", "出荷は5月[1]。", [2]),
    "caret": ("It ships in May [^1].", "It ships in May [1].", [1]),
    "caret with note": ("It ships in May [^1].\n\n[^1]: Meeting 1, Ana", "It ships in May [1].", [1]),
    "notes between": ("Now[^1].\n\n[^1]: Ana\n[^2]: Tom\n\nThen[^2].", "Now[1].\n\n\nThen[2].", [1, 2]),
    "note nowhere": ("It ships in May [1].\n[^9]: Ana\n", "It ships in May [1].", [1]),
    "parentheses": ("It ships in May (1).", "It ships in May [1].", [1]),
    "parentheses list": ("It ships in May (1, 2).", "It ships in May [1][2].", [1, 2]),
    "parentheses twice": ("In May (2) and it costs 4 (1)(3).", "In May [1] and it costs 4 [2][3].", [2, 1, 3]),
    "parentheses beside a marker": ("In May (1), Ana said [2].", "In May (1), Ana said [1].", [2]),
    "parentheses beside a wrong marker": ("In May (1), Ana said [9].", "In May [1], Ana said.", [1]),
    "full-width parentheses": ("出荷は5月（1）。", "出荷は5月[1]。", [1]),
    "parentheses nowhere": ("It ships in May (12).", "It ships in May (12).", []),
    "a call": ("Run f(1) and g(2).", "Run f(1) and g(2).", []),
    "an enumeration": ("For two reasons: (1) cost and (2) time.", "For two reasons: (1) cost and (2) time.", []),
    "a list of numbers in parentheses": ("(1) The pump\n(2) The budget", "(1) The pump\n(2) The budget", []),
    "source word": ("It ships in May [source 1].", "It ships in May [1].", [1]),
    "Source colon": ("It ships in May [Source: 1].", "It ships in May [1].", [1]),
    "Source list": ("It ships in May [Source 1, Source 3].", "It ships in May [1][2].", [1, 3]),
    "passage word": ("It ships in May [passage 2].", "It ships in May [1].", [2]),
    "passages": ("It ships in May [Passages 1 and 2].", "It ships in May [1][2].", [1, 2]),
    "Passage paren": ("It ships in May (passage 2).", "It ships in May [1].", [2]),
    "paren see": ("It ships in May (see sources 1, 3).", "It ships in May [1][2].", [1, 3]),
    "paren nowhere": ("It ships in May (passage 9).", "It ships in May (passage 9).", []),
    "doc prefix": ("It ships in May [doc1][doc2].", "It ships in May [1][2].", [1, 2]),
    "doc underscore": ("It ships in May [doc_3].", "It ships in May [1].", [3]),
    "cite": ("It ships in May [cite: 1, 2].", "It ships in May [1][2].", [1, 2]),
    "citation": ("It ships in May [citation:3].", "It ships in May [1].", [3]),
    "Quelle": ("Es kommt im Mai [Quelle 2].", "Es kommt im Mai [1].", [2]),
    "hash": ("It ships in May [#1].", "It ships in May [1].", [1]),
    "hash nowhere": ("It closes [#42].", "It closes [#42].", []),
    "n equals": ("It ships in May [n=1].", "It ships in May [1].", [1]),
    "p letter": ("It ships in May [P1].", "It ships in May [1].", [1]),
    "p letter nowhere": ("Take exit [P9].", "Take exit [P9].", []),
    "superscript": ("It ships in May¹.", "It ships in May[1].", [1]),
    "superscripts": ("It ships in May¹ ².", "It ships in May[1] [2].", [1, 2]),
    "superscripts together": ("It ships in May¹².", "It ships in May[1][2].", [1, 2]),
    "superscript after a stop": ("It ships in May.³", "It ships in May.[1]", [3]),
    "exponents": ("It has 20 m², 10³ cells and CO².", "It has 20 m², 10³ cells and CO².", []),
    "html exponent": ("It has 20 m<sup>2</sup>.", "It has 20 m<sup>2</sup>.", []),
    "html sup": ("It ships in May<sup>1</sup>.", "It ships in May[1].", [1]),
    "html sup list": ("It ships in May<sup>1, 2</sup>.", "It ships in May[1][2].", [1, 2]),
    "html sup bracket": ("It ships in May<sup>[1]</sup>.", "It ships in May[1].", [1]),
    "html sup brackets": ("It ships in May<sup>[1][3]</sup>.", "It ships in May[1][2].", [1, 3]),
    "bold": ("It ships in May **[1]**.", "It ships in May **[1]**.", [1]),
    "escaped": (r"It ships in May \[1\].", "It ships in May [1].", [1]),
    "escaped twice": (r"It ships in May \\[1\\].", "It ships in May [1].", [1]),
    "code span": ("It ships in May `[1]`.", "It ships in May `[1]`.", []),
    "code spans": ("`a[1]` ``(1)`` `¹` `[^1]`", "`a[1]` ``(1)`` `¹` `[^1]`", []),
    "fenced code": ("```\nIt ships [1]\n```", "```\nIt ships [1]\n```", []),
    "code in tildes": ("~~~\n(1) [1]\n\n[2]\n~~~\nMay [3]", "~~~\n(1) [1]\n\n[2]\n~~~\nMay [1]", [3]),
    "code tag": ("<code>a[1]</code> in May [2]", "<code>a[1]</code> in May [1]", [2]),
    "in link text": ("See [May [1]](https://example.com).", "See [May [1]](https://example.com).", [1]),
    "marker as link": ("In May [1](https://example.com/a).", "In May [1] (https://example.com/a).", [1]),
    "reference link": ("In May [1].\n\n[1]: https://example.com", "In May [1].\n\n[1] : https://example.com", [1]),
    "in a destination": ("[May](https://a.com/b[1]) [2]", "[May](https://a.com/b[1]) [1]", [2]),
    "in an address": ("See https://a.com/b[1]?c=(1) [2]", "See https://a.com/b[1]?c=(1) [1]", [2]),
    "after an address": ("(https://a.com)[1]", "(https://a.com)[1]", [1]),
    "in a formula": ("With $x_[1] + y^(2)$ in May.", "With $x_[1] + y^(2)$ in May.", []),
    "in a displayed formula": ("$$\nx[1]\n$$\nMay [2]", "$$\nx[1]\n$$\nMay [1]", [2]),
    "in LaTeX": (r"\(a[1]\) and \[ b[2] \] in May [3]", r"\(a[1]\) and \[ b[2] \] in May [1]", [3]),
    "prices": ("From $480 [1] to $500 [2].", "From $480 [1] to $500 [2].", [1, 2]),
    "double bracket": ("It ships in May [[1]].", "It ships in May [1].", [1]),
    "before sentence": ("[1] The pump ships. [2] It costs 200.", "[1] The pump ships. [2] It costs 200.", [1, 2]),
    "after period": ("It ships in May. [1] It costs 100. [1]", "It ships in May. [1] It costs 100. [1]", [1]),
    "table": ("| a | b |\n|---|---|\n| in May | [1] |", "| a | b |\n|---|---|\n| in May | [1] |", [1]),
    "escaped table": ("\\| a \\| b \\|\n\\| in May \\| [1] \\|", "\\| a \\| b \\|\n\\| in May \\| [1] \\|", [1]),
    "heading": ("# Ships in May [1]", "# Ships in May [1]", [1]),
    "list": ("- ships in May [1]\n- budget 200 [2]", "- ships in May [1]\n- budget 200 [2]", [1, 2]),
    "none": ("The pump ships in May.", "The pump ships in May.", []),
    "wrong number": ("It ships in May [9].", "It ships in May.", []),
    "zero": ("It ships in May [0].", "It ships in May.", []),
    "wrong word": ("It ships in May [source 9].", "It ships in May.", []),
    "wrong note": ("It ships in May 【9:0†source】.", "It ships in May.", []),
    "wrong and right": ("It ships in May [9][1].", "It ships in May [1].", [1]),
    "right and wrong": ("It ships in May [1][9].", "It ships in May [1].", [1]),
    "wrong, then text": ("In May [9], or [8] June.", "In May, or June.", []),
    "wrong in ideographs": ("出荷は5月[9]。", "出荷は5月。", []),
    "negative": ("It ships in May [-1].", "It ships in May [-1].", []),
    "spaces": ("It ships in May [ 1 ].", "It ships in May [1].", [1]),
    "decimal": ("It ships in May [1.2].", "It ships in May [1.2].", []),
    "time": ("It ships in May [1:05].", "It ships in May [1:05].", []),
    "four digits": ("In [2026] it ships [1].", "In [2026] it ships [1].", [1]),
    "three digits": ("Error [404] in May [1].", "Error [404] in May [1].", [1]),
    "years": ("In [2025-2026] it ships [1].", "In [2025-2026] it ships [1].", [1]),
    "array code": ("Take a[1] and b[2] as indices.", "Take a[1] and b[2] as indices.", [1, 2]),
    "index": ("Set limits[0] to 5 and read arr[12] after.", "Set limits[0] to 5 and read arr[12] after.", []),
    "indexes": ("Read grid[0][12] and x_[9].", "Read grid[0][12] and x_[9].", []),
    "year list": ("[12, 13]", "", []),
    "sources list": ("It ships.\n\nSources: [1], [2]", "It ships.\n\nSources: [1], [2]", [1, 2]),
    "sources list words": ("It ships.\n\n**Sources**\n1. Meeting 1", "It ships.\n\n**Sources**\n1. Meeting 1", []),
    "json citation": ('It ships in May {"citation": 1}.', "It ships in May [1].", [1]),
    "json citations": ('It ships in May {"citations": [1, 2]}.', "It ships in May [1][2].", [1, 2]),
    "json": ('It ships {"month": 5}.', 'It ships {"month": 5}.', []),
    "xml cite": ("It ships in May <cite>1</cite>.", "It ships in May [1].", [1]),
    "xml ref": ("It ships in May <ref>[2]</ref>.", "It ships in May [1].", [2]),
    "xml attribute": ('It ships in May <cite id="2"/>.', "It ships in May [1].", [2]),
    "title cite": ("It ships in May (Meeting 1, 0:01).", "It ships in May (Meeting 1, 0:01).", []),
    "german": ("Laut Passage 1 kommt die Pumpe im Mai.", "Laut Passage 1 kommt die Pumpe im Mai.", []),
    "rtl": ("الشحن في مايو [1].", "الشحن في مايو [1].", [1]),
    "arabic digits": ("الشحن في مايو [١].", "الشحن في مايو [1].", [1]),
    "arabic list": ("الشحن في مايو [١، ٢].", "الشحن في مايو [1][2].", [1, 2]),
    "fullwidth digits": ("出荷は5月[１]。", "出荷は5月[1]。", [1]),
    "cjk bracket": ("出荷は5月【1】。", "出荷は5月[1]。", [1]),
    "cjk list": ("出荷は5月【1、2】。", "出荷は5月[1][2]。", [1, 2]),
    "half at the end": ("It ships in May [1", "It ships in May", []),
    "half a word at the end": ("It ships in May [sour", "It ships in May", []),
    "half a note at the end": ("It ships in May 【1:0†so", "It ships in May", []),
    "half a tag at the end": ("It ships in May <sup>1</s", "It ships in May", []),
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(("text", "shown", "cited"), SPELLINGS.values(), ids=SPELLINGS)
def test_a_marker_in_any_spelling_becomes_ours(text: str, shown: str, cited: list[int], size: int) -> None:
    assert rewrite(text, passages=3, size=size) == (shown, cited)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It ships [see", "It ships [see"),
        ("It ships [south", "It ships [south"),
        ("It ships [so", "It ships"),
        ("It ships {a", "It ships {a"),
        ("It ships <b", "It ships <b"),
        ("It ships (so that", "It ships (so that"),
        ("It ships [1.", "It ships [1."),
        ("It ships (1", "It ships (1"),
        ("It costs $4 and [x", "It costs $4 and [x"),
        ("It ships 【1†" + "x" * 80, "It ships 【1†" + "x" * 80),
    ],
)
def test_text_is_held_back_no_longer_than_it_may_become_a_marker(text: str, shown: str) -> None:
    markers = Markers(Numbers(3))

    assert "".join(map(markers.feed, text)) == shown


@given(st.lists(st.text("ab1 .[]()`$\\\n¹", max_size=4), max_size=12))
def test_plain_pieces_are_rewritten_as_by_the_rules_for_all(pieces: list[str]) -> None:
    quick, slow = Markers(Numbers(3)), Markers(Numbers(3))

    shown = [quick.feed(piece) for piece in pieces]

    assert shown == [slow._rewrite(slow._held + piece, final=False) for piece in pieces]
    assert quick.flush() == slow.flush()


def test_parentheses_are_shown_as_they_are_and_edited_at_the_end() -> None:
    markers = Markers(Numbers(3))

    assert markers.feed("In May (2), at 480 (1).") + markers.flush() == "In May (2), at 480 (1)."
    assert markers.late() == [Edit(7, 10, "[1]"), Edit(19, 22, "[2]")]


@given(st.lists(st.text("ab(1) ", max_size=6), max_size=8), st.data())
def test_edits_keep_the_number_of_chunks_and_change_nothing_else(chunks: list[str], data: st.DataObject) -> None:
    text = "".join(chunks)
    places = data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True).map(sorted))
    edits = [Edit(start, end, "X") for start, end in list(pairwise(places))[::2]]

    result = edited(chunks, edits)

    whole = text
    for edit in reversed(edits):
        whole = whole[: edit.start] + edit.text + whole[edit.end :]
    assert (len(result), "".join(result)) == (len(chunks), whole)


HOSTILE = [
    *("[", "[1,", "[[]]", "[1]", "[9]", "(", "(1)", "[passage ", "<sup>", "<sup>1</sup>", "{", '{"citation": ', "\\"),
    *("$", "$[1]", "$[1", "`", "``", "~~~", "¹", "\n", "\n[^1]: ", "](", "[a](", "://", " ", "[1 and ", "\\["),
]


@pytest.mark.repeats
@pytest.mark.parametrize("pattern", HOSTILE)
def test_hostile_text_takes_linear_time(pattern: str) -> None:
    """Compare the steps of a text with one four times as long: they must not grow by more than about that."""
    assert seconds(pattern, 20_000) < 12 * seconds(pattern, 5_000) + 0.05


def seconds(pattern: str, length: int) -> float:
    text = pattern * (length // len(pattern))
    times = []
    for _ in range(2):
        markers = Markers(Numbers(3))
        begun = time.process_time()
        markers.feed(text)
        markers.flush()
        markers.late()
        times.append(time.process_time() - begun)
    return min(times)


def test_a_site_that_has_started_has_compiled_them() -> None:
    spellings.marker_pattern.cache_clear()

    claims.warm()

    assert spellings.marker_pattern.cache_info().currsize == 1
