"""Markdown as models write it."""

from __future__ import annotations

import re

import pytest

from chat.conversations.markdown import render


def shown(text: str) -> str:
    """Return the HTML of an answer without the line breaks between its elements, and without what links always have."""
    html = re.sub(r">\n(?=<|$)", ">", str(render(text))).replace("<br>\n", "<br>")
    return html.replace(' target="_blank" rel="noopener noreferrer nofollow"', "")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**结论：**四月上市", "<p><strong>结论：</strong>四月上市</p>"),
        ("* **价格合适。**大家同意", "<ul><li><strong>价格合适。</strong>大家同意</li></ul>"),
        ("これは**「太字」**です", "<p>これは<strong>「太字」</strong>です</p>"),
        ("**결론:**확정", "<p><strong>결론:</strong>확정</p>"),
        ("**Price:**480 euros", "<p><strong>Price:</strong>480 euros</p>"),
        ('said**"yes"**and left', '<p>said<strong>"yes"</strong>and left</p>'),
        ("*(**a**)*", "<p><em>(<strong>a</strong>)</em></p>"),
        ("2*3*4, snake_case_name, 5 ** 6", "<p>2*3*4, snake_case_name, 5 ** 6</p>"),
        ("f(*args, **kwargs), *.txt and *.md", "<p>f(*args, **kwargs), *.txt and *.md</p>"),
        ("***a** b*", "<p><em><strong>a</strong> b</em></p>"),
        ("~~a~~ and ~5 km", "<p><s>a</s> and ~5 km</p>"),
    ],
)
def test_emphasis_beside_punctuation_and_in_text_without_spaces(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Ana: Yes.\nBob: No.", "<p>Ana: Yes.<br>Bob: No.</p>"),
        ("a  \nb\\\nc", "<p>a<br>b<br>c</p>"),
        ("- a\n  b", "<ul><li>a<br>b</li></ul>"),
        ("a<br>b<BR />c", "<p>a<br>b<br>c</p>"),
        ("`a<br>b` <b>", "<p><code>a&lt;br&gt;b</code> &lt;b&gt;</p>"),
        ("Text\n---\nmore", "<p>Text</p><hr><p>more</p>"),
        ("Title\n===", "<h1>Title</h1>"),
        ("a\n## H ##\nb", "<p>a</p><h2>H</h2><p>b</p>"),
    ],
)
def test_line_breaks_and_what_stands_below_a_paragraph(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("• a\n• b", "<ul><li>a</li><li>b</li></ul>"),
        ("• a\n  ◦ b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("1. a\n  - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("- a\n    - b\n  - c\n- d", "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>"),
        ("- a\n      - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("3) a\n4) b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("- [ ] a\n- [x] b", "<ul><li>☐ a</li><li>☑ b</li></ul>"),
        ("In\n1986. A year", "<p>In<br>1986. A year</p>"),
        ("> - a\n> - b", "<blockquote><ul><li>a</li><li>b</li></ul></blockquote>"),
    ],
)
def test_lists(text: str, html: str) -> None:
    assert shown(text) == html


def test_tables_with_and_without_outer_pipes() -> None:
    cells = '<thead><tr><th>a</th><th align="right">b</th></tr></thead><tbody><tr><td>1 | 2</td>'
    table = f'<table>{cells}<td align="right">3<br>4</td></tr></tbody></table>'

    assert shown("a | b\n--- | --:\n1 \\| 2 | 3<br>4") == table
    assert shown("| a | b |\n|---|--:|\n| 1 \\| 2 | 3<br>4 |") == table
    assert shown("Text\n| a | b |\n|---|--:|\n| 1 \\| 2 | 3<br/>4 |\nEnd") == f"<p>Text</p>{table}<p>End</p>"


@pytest.mark.parametrize(
    "text",
    ["\\(a_1 * b_1\\) and \\(c\\)", "\\[ a_b * c_d \\]", "$a*b*c$", "$$a_b + c_d$$", "\\frac{1}{2} is $5 to $10"],
)
def test_formulas_are_shown_as_they_are_written(text: str) -> None:
    assert shown(text) == f"<p>{text}</p>"


def test_a_formula_may_have_lines_that_look_like_blocks() -> None:
    assert shown("\\[\nx = 1\n- y\n# z\n\\]") == "<p>\\[<br>x = 1<br>- y<br># z<br>\\]</p>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Heron: ملخص الاجتماع", '<p dir="rtl">Heron: ملخص الاجتماع</p>'),
        ("- Heron الاجتماع\n- السعر", '<ul dir="rtl"><li>Heron الاجتماع</li><li>السعر</li></ul>'),
        ("- السعر النهائي\n- ok.", '<ul dir="rtl"><li>السعر النهائي</li><li><span dir="ltr">ok.</span></li></ul>'),
        ("English words\n\nשלום", '<p>English words</p><p dir="rtl">שלום</p>'),
        ("English שלום words", "<p>English שלום words</p>"),
        ("> مرحبا بكم\n>\n> ok", '<blockquote dir="rtl"><p>مرحبا بكم</p><p dir="ltr">ok</p></blockquote>'),
        ("`code_of_latin` مرحبا", '<p dir="rtl"><code>code_of_latin</code> مرحبا</p>'),
        ("480 — 12", "<p>480 — 12</p>"),
    ],
)
def test_the_direction_is_that_of_most_letters(text: str, html: str) -> None:
    assert shown(text) == html


def test_a_table_of_arabic_begins_on_the_right() -> None:
    assert shown("| Name | السعر النهائي |\n|---|---|\n| Heron | يورو |").startswith('<table dir="rtl">')


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("(https://e.org/a_(b))", '<p>(<a href="https://e.org/a_(b)">https://e.org/a_(b)</a>)</p>'),
        ("详见https://e.org/a。然后", '<p>详见<a href="https://e.org/a">https://e.org/a</a>。然后</p>'),
        ("见 https://e.org/a。然后", '<p>见 <a href="https://e.org/a">https://e.org/a</a>。然后</p>'),
        ("**https://e.org**", '<p><strong><a href="https://e.org">https://e.org</a></strong></p>'),
        ("<a@b.example>", '<p><a href="mailto:a@b.example">a@b.example</a></p>'),
        ("R&D &amp; &euro;&#53; &nope;", "<p>R&amp;D &amp; €5 &amp;nope;</p>"),
    ],
)
def test_addresses_and_character_references(text: str, html: str) -> None:
    assert shown(text) == html


def test_an_invisible_character_does_not_come_back_as_a_reference() -> None:
    assert shown("a&#xE0041;b") == "<p>ab</p>"
