"""What a reader may no longer hear is masked in an answer, sentence by sentence, and nothing else of it changes."""

from __future__ import annotations

import re
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answers.masking import NOTICE, WHOLE_NOTICE, Hidden, masked, masked_chunks
from chat.conversations import markdown

FIRST = Hidden(numbers={1})

EXAMPLES = {
    "A stays. B goes [1]. C stays.": f"A stays. {NOTICE} C stays.",
    "A stays. B goes. [1] C stays.": f"A stays. {NOTICE} C stays.",
    "A stays. B goes.[2][1] C stays.": f"A stays. {NOTICE} C stays.",
    "B goes [1]! C goes [1]? D stays.": f"{NOTICE} D stays.",
    "[1] B goes. C stays.": f"{NOTICE} C stays.",
    "A sentence that\nis broken [1].\nThe next.": f"{NOTICE}\nThe next.",
    "A sentence that\r\nis broken [1].\r\nThe next.": f"{NOTICE}\r\nThe next.",
    "- one [1]\n- two [2]\n- three [1][2]": f"- {NOTICE}\n- two [2]\n- {NOTICE}",
    "1. one\n2. two [1]\n   goes on\n3. three": f"1. one\n2. {NOTICE}\n3. three",
    "| a | b |\n|---|---|\n| x | ships [1] |\n| y | z |": f"| a | b |\n|---|---|\n| {NOTICE} |  |\n| y | z |",
    "## Title [1]\n\nA stays.": f"## {NOTICE}\n\nA stays.",
    "> B goes\n> on [1]. C stays.\n\nD.": f"> {NOTICE} C stays.\n\nD.",
    "> B goes\non [1].": f"> {NOTICE}",
    "```py\na = b[1]\nc\n```\nA stays.": f"```py\n{NOTICE}\n```\nA stays.",
    "A stays. **B goes. C goes [1].** D stays.": f"A stays. {NOTICE} D stays.",
    "**A stays. B goes [1]. C** stays. D stays.": f"**A stays. {NOTICE} C** stays. D stays.",
    "A stays. [B. Goes [1]](https://example.com) on. D stays.": f"A stays. {NOTICE} D stays.",
    "It costs 3.5 million, e.g. Much of it [1]. B stays.": f"{NOTICE} B stays.",
    "Dr. Quist left [1]. B stays.": f"{NOTICE} B stays.",
    "甲说了。乙说了[1]。丙说了。": f"甲说了。{NOTICE}丙说了。",
    "هل وصل؟ نعم وصل [1]. انتهى.": f"هل وصل؟ {NOTICE} انتهى.",
    "- *Launch*, 0:42 — Ana: “We ship. In May.” [1]\n- Ben: “Keep.” [2]": f"- {NOTICE}\n- Ben: “Keep.” [2]",
    "We decided [1]:\n\n- x\n- y\n- z [2]\n\nA stays.": f"{NOTICE}\n\n- {NOTICE}\n- {NOTICE}\n- z [2]\n\nA stays.",
    "B goes.\n\n[1]\n\nA stays.": f"{NOTICE}\n\n{NOTICE}\n\nA stays.",
    "On 1 March\n2026. plans change [1].": NOTICE,
}


@pytest.mark.parametrize("answer", EXAMPLES)
def test_a_sentence_with_the_marker_of_a_hidden_source_is_masked(answer: str) -> None:
    assert masked(answer, FIRST) == EXAMPLES[answer]


def test_a_quotation_of_a_hidden_source_is_masked_without_a_marker_of_its_own() -> None:
    hidden = Hidden(numbers={1}, excerpts=["So we are going to ship Heron in March, I think."])
    answer = "As Ana put it: “going to ship **Heron** in March”. A stays.\n\nGoing to ship is one thing. [2]"

    assert masked(answer, hidden) == f"{NOTICE} A stays.\n\nGoing to ship is one thing. [2]"


def test_a_short_hidden_source_is_masked_where_the_answer_has_all_of_it() -> None:
    assert masked("Ana says: “never again”. A stays.", Hidden(excerpts=["Never again!"])) == f"{NOTICE} A stays."


@pytest.mark.parametrize(("title", "answer"), [("Heron *launch*", "In “heron launch” it. Rest."), ("Q3", "See Q3. Q.")])
def test_the_title_of_a_hidden_recording_is_masked(title: str, answer: str) -> None:
    assert masked(answer, Hidden(titles=[title])).startswith(NOTICE)


def test_an_answer_that_breaks_off_before_a_marker_is_masked_at_its_end() -> None:
    assert masked("A goes [1]. B [2]. The budget is", FIRST, is_broken=True) == f"{NOTICE} B [2]. {NOTICE}"
    assert masked("A goes [1]. B is cited [2].", FIRST, is_broken=True) == f"{NOTICE} B is cited [2]."
    assert (
        masked("A stays [2].\n\nB stays [2]. C. D", FIRST, is_broken=True) == f"A stays [2].\n\nB stays [2]. {NOTICE}"
    )


def test_an_answer_of_which_nothing_can_be_told_is_masked_as_a_whole() -> None:
    assert masked("Anything. At all.", Hidden(is_whole=True)) == WHOLE_NOTICE
    assert masked("", Hidden(is_whole=True)) == ""


def test_a_reader_of_some_chunks_goes_on_with_the_masked_text() -> None:
    chunks = ["A stays. B ", "goes with", " it [1]", ". C ", "stays."]

    assert masked_chunks(chunks, FIRST) == [f"A stays. {NOTICE}", "", "", " C ", "stays."]


def test_the_notice_is_text_in_every_block() -> None:
    answer = "| a | b |\n|---|---|\n| x | y [1] |\n\n1. **z [1]**\n\n```\ncode [1]\n```\n"
    html = markdown.render(masked(answer, FIRST))

    assert html.count("that you may no longer hear") == 3
    assert "<table>" in html
    assert "<ol>" in html
    assert "<pre>" in html


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, list[list[str]], list[list[str]]]:
    """Draw an answer; return it with the words of each sentence that has marker 1, and of each that has none at all.

    Every word occurs once.
    """
    number = count()
    hidden: list[list[str]] = []
    free: list[list[str]] = []

    def sentence() -> str:
        words = [f"Word{next(number)}x" for _ in range(draw(st.integers(1, 7)))]
        markers = draw(st.sampled_from(["", "", " [2]", " [1]", "[1]", " [2][1]", " [1] [2]"]))
        (hidden if "[1]" in markers else free).append(words)
        if not draw(st.booleans()):
            words = [words[0], *(word.lower() for word in words[1:])]
        gaps = [draw(st.sampled_from([" ", " ", ", ", " 3.5 ", " e.g. ", " – "])) for _ in words[1:]]
        text = words[0] + "".join(gap + word for gap, word in zip(gaps, words[1:], strict=True))
        text = draw(st.sampled_from(["{}", "{}", "**{}**", "“{}”", "`{}`", "_{}_", "({})"])).format(text)
        stop = draw(st.sampled_from([".", "!", "?", "…", ""]))
        return f"{text}{markers}{stop}" if draw(st.booleans()) else f"{text}{stop}{markers}"

    def paragraph(mark: str = "", rest: str = "") -> str:
        sentences = [sentence() for _ in range(draw(st.integers(1, 4)))]
        text = sentences[0] + "".join(draw(st.sampled_from([" ", f"\n{rest}"])) + each for each in sentences[1:])
        return mark + draw(st.sampled_from(["{}", "{}", "**{}**", "“{}”"])).format(text)

    def row() -> str:
        return f"| {sentence()} | {sentence()} |"

    def block() -> str:
        kind = draw(st.sampled_from(["text", "list", "numbers", "quote", "head", "table", "code"]))
        if kind == "list":
            return "\n".join(paragraph(draw(st.sampled_from(["- ", "  - ", "* "])), "  ") for _ in range(3))
        if kind == "numbers":
            return "\n".join(paragraph(f"{n}. ", "   ") for n in (1, 2, 3))
        if kind == "table":
            return f"{row()}\n|---|---|\n{row()}\n{row()}"
        if kind == "code":
            return f"```\n{sentence()}\n{sentence()}\n```"
        return {"text": paragraph(), "quote": paragraph("> ", "> ")}.get(kind) or f"# {sentence()}"

    blocks = [block() for _ in range(draw(st.integers(1, 4)))]
    return "\n\n".join(blocks), hidden, free


@given(answers())
def test_no_words_of_a_sentence_with_a_hidden_marker_remain(
    drawn: tuple[str, list[list[str]], list[list[str]]],
) -> None:
    answer, hidden, _ = drawn
    remaining = set(re.findall(r"[^\W_]+", masked(answer, FIRST).casefold()))

    assert [word for words in hidden for word in words if word.casefold() in remaining] == []


ODD = st.lists(
    st.sampled_from(
        [*'[]()*_`~|>#-:.!? \n\t\\“”"«»„。、$', "[1]", "[2]", "[1]", "word", "Word", "3.5", "\r\n", "```", "- "]
    ),
    max_size=60,
).map("".join)
ANY = ODD | st.text(max_size=80)


@given(ANY)
def test_an_answer_without_hidden_markers_is_unchanged(answer: str) -> None:
    hidden = Hidden(numbers={7}, excerpts=["five words that never occur"], titles=["Nor does this"])

    assert masked(answer.replace("[7]", ""), hidden) == answer.replace("[7]", "")


@given(ANY)
def test_no_hidden_marker_remains_and_masking_again_changes_nothing(answer: str) -> None:
    once = masked(answer, FIRST)

    assert "[1]" not in once
    assert masked(once, FIRST) == once


@given(answers())
def test_masking_a_structured_answer_again_changes_nothing(drawn: tuple[str, list[list[str]], list[list[str]]]) -> None:
    once = masked(drawn[0], FIRST)

    assert masked(once, FIRST) == once


@given(answers())
def test_the_blocks_of_an_answer_remain(drawn: tuple[str, list[list[str]], list[list[str]]]) -> None:
    before, after = (markdown.render(text) for text in (drawn[0], masked(drawn[0], FIRST)))

    for tag in ("<li>", "<tr>", "<td>", "<pre>", "<blockquote>", "<h1>"):
        assert before.count(tag) == after.count(tag)


@given(ODD, st.lists(st.integers(0, 60), max_size=5))
def test_the_chunks_together_are_the_masked_answer(answer: str, cuts: list[int]) -> None:
    ends = sorted(min(cut, len(answer)) for cut in cuts)
    chunks = [answer[a:b] for a, b in zip([0, *ends], [*ends, len(answer)], strict=True)]

    assert "".join(masked_chunks(chunks, FIRST)) == masked(answer, FIRST)


@pytest.mark.parametrize(
    "text", ["[1] ", ". ", "....", "****", "> ", "| a [1] ", "“", "word [1]. ", "`[1]`", "- ", "\n"]
)
def test_the_time_is_proportional_to_the_length(text: str) -> None:
    from time import process_time

    def seconds(size: int) -> float:
        answer = text * (size // len(text))
        begun = process_time()
        masked(answer, Hidden(numbers={1}, excerpts=["word word word word word"]))
        return process_time() - begun

    seconds(10_000)
    assert any(seconds(160_000) < 40 * max(seconds(20_000), 0.005) for _ in range(3))  # something else may run
