from __future__ import annotations

from functools import cache
from itertools import count
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.conversations.markdown import render

from ..support.hostile import HOSTILE, Parts

TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "rel", "target", "class", "aria-label"},
    "ol": {"start"},
    "span": {"class"},
    "code": {"class"},
}


def assert_harmless(html: str) -> None:
    for tag, attributes in Parts(html).elements:
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set())
        if tag == "a":  # a link without an address, such as [x](), is harmless
            assert attributes.get("href", "https://").startswith(("http://", "https://", "mailto:", "#source-"))
            assert attributes["rel"] == "noopener noreferrer nofollow"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    assert_harmless(render(text, {1: ""}))


@given(st.text(), st.dictionaries(st.integers(1, 3), st.text()))
def test_any_text_gives_harmless_html(text: str, cited: dict[int, str]) -> None:
    assert_harmless(render(text, cited))


@given(
    st.lists(st.sampled_from(["[", "]", "(", ")", "1", "*", "`", "\n", "- ", "> ", "|", "<", "http://a.b", "!", "\\"]))
)
def test_any_markup_gives_harmless_html(pieces: list[str]) -> None:
    assert_harmless(render("".join(pieces), {1: ""}))
    assert_harmless(render("".join(pieces), {1: ""}, is_broken=True))


def test_a_cited_number_leads_to_its_source() -> None:
    html = render("So it was [2].", {2: "Source 2: Ana"}, prefix="source-7-")

    link = next(attributes for tag, attributes in Parts(html).elements if tag == "a")
    assert (link["href"], link["class"], link["aria-label"]) == ("#source-7-2", "citation", "Source 2: Ana")
    assert ">2</a>" in html


def test_the_name_of_a_source_cannot_leave_its_attribute() -> None:
    hostile = '"><script>alert(1)</script> onmouseover="x'

    html = render("So [1].", {1: hostile})

    assert_harmless(html)
    assert next(attributes for tag, attributes in Parts(html).elements if tag == "a")["aria-label"] == hostile


def test_a_number_that_is_not_cited_stays_text() -> None:
    assert render("So it was [3] [01] [0].", {1: "", 2: ""}) == "<p>So it was [3] [01] [0].</p>\n"


@pytest.mark.parametrize("text", ["`a [1]`", "```\n[1]\n```", "    [1]", "```python\na[1]\n```"])
def test_a_number_in_code_is_no_citation(text: str) -> None:
    assert "<a" not in render(text, {1: ""})


@pytest.mark.parametrize("text", ["[1](https://evil.example)", "[1]\n\n[1]: https://evil.example", "[1][1]"])
def test_no_answer_can_redirect_a_citation(text: str) -> None:
    first = next(attributes for tag, attributes in Parts(render(text, {1: ""})).elements if tag == "a")

    assert first["href"] == "#source-1"


def test_no_answer_can_give_a_number_another_meaning() -> None:
    assert "<p>So [2].</p>" in render("So [2].\n\n[2]: https://evil.example", {1: ""})


def test_a_citation_wins_over_a_link_around_it() -> None:
    html = render("[a [1]](https://a.example)", {1: ""})

    assert [part["href"] for tag, part in Parts(html).elements if tag == "a"] == ["#source-1", "https://a.example"]


def test_an_image_becomes_its_text_and_its_address() -> None:
    assert render("![a *plan*](https://a.example/x.png)") == "<p>a plan (https://a.example/x.png)</p>\n"


def test_links_open_in_a_new_tab() -> None:
    html = render("See https://a.example and [b](mailto:b@b.example).")

    assert html.count('target="_blank"') == 2


@pytest.mark.parametrize("text", ["[x](/accounts/logout/)", "[x](//evil.example)", "[x](#top)", "notes.md a@b.example"])
def test_only_complete_addresses_become_links(text: str) -> None:
    assert "<a" not in render(text)


def test_code_is_coloured_by_classes() -> None:
    html = render("```python\ndef f(): pass\n```")

    assert '<span class="k">def</span>' in html
    assert "style" not in html


def test_code_in_an_unknown_language_is_plain() -> None:
    assert render("```nonsense\na < b\n```") == "<pre><code>a &lt; b\n</code></pre>\n"


def test_tables_and_strikethrough_are_rendered() -> None:
    html = render("| a |\n|---|\n| ~~b~~ |")

    assert "<th>a</th>" in html
    assert "<s>b</s>" in html


def test_invisible_characters_are_left_out() -> None:
    assert render("a\U000e0041\U000e007fb") == "<p>ab</p>\n"


fresh = count()
ORDINARY = "- the *price* is [1] high & low\n" * 6_250  # 200,000 characters


@pytest.mark.repeats
@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "*" * 200_000,
        "`" * 200_000,
        "*a " * 66_000,
        "**a *b " * 28_000,
        "![" * 100_000,
        "[a](" * 50_000,
        "> " * 100_000,
        "- " * 100_000,
        "a\n\n" * 66_000,
        "<" * 200_000,
        "|" * 200_000,
        " ".join("`" * length for length in range(1, 630)),
        "\n".join(" " * (2 * depth) + "- a" for depth in range(440)),
        "```python\n" + '"' * 190_000,
        "&" * 200_000,
        "http://" * 28_000,
        "a" * 200_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_takes_as_long_as_ordinary_text(text: str) -> None:
    """Compare processor times, not seconds: machines differ by a factor. Steps are counted in test_markdown_steps."""
    assert seconds(text) <= 5 * ordinary_seconds() or seconds(text) <= 5 * ordinary_seconds()
    html = render(text, {1: ""})
    assert_harmless(html[:5_000] if len(html) > 1_000_000 else html)


@cache
def ordinary_seconds() -> float:
    return min(seconds(ORDINARY) for _ in range(3))


def seconds(text: str) -> float:
    """Return the processor time of a rendering, of a text that is not in the cache."""
    text = f"{text}{next(fresh)}"
    started = process_time()
    render(text, {1: ""})
    return process_time() - started
