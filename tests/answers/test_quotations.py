"""What counts as a quotation in an answer."""

from __future__ import annotations

from time import process_time

import pytest

from chat.answers.comparing import compared
from chat.answers.quotations import MOST, quotes_in
from chat.models import Recording, Segment
from chat.passages import Passage


def quoted(answer: str) -> list[str]:
    return [quote.text for quote in quotes_in(answer)]


@pytest.mark.parametrize(
    "answer",
    [
        "She said “we ship it”.", 'She said "we ship it".', "Sie sagte „we ship it“.", "Elle a dit «we ship it».",
        "Sie sagte »we ship it«.", "She said ‘we ship it’.", "She said 'we ship it'.", "Hon sade ”we ship it”.",
        "Sie sagte ‚we ship it‘.", "She said 「we ship it」.", 'She said **"we ship it"**.', '| a | "we ship it" |',
        '5" pipes: "we ship it"', "the teams’ ‘we ship it’ plan", "It's 'we ship it', isn't it?",
    ],
)  # fmt: skip
def test_all_usual_quotation_marks_count(answer: str) -> None:
    assert quoted(answer) == ["we ship it"]


@pytest.mark.parametrize(
    "answer",
    [
        "Run `say \"we ship it\"` now.", "```\n“we ship it”\n```", "~~~\n“we ship it”\n~~~", "It's Ana's, isn't it?",
        "[here](http://x.y/\"we-ship-it\")", "“we\nship it", "a 5\" pipe and a 6\" pipe", "rock 'n' roll: don't 'we",
    ],
)  # fmt: skip
def test_marks_in_code_and_apostrophes_do_not(answer: str) -> None:
    assert [text for text in quoted(answer) if "ship" in text] == []


def test_what_is_in_inner_marks_belongs_to_the_outer_ones() -> None:
    assert quoted("He said “she said ‘no’ to it” and left.") == ["she said ‘no’ to it"]
    assert quoted("He said ‘I don’t see the dogs’ food’ and left.") == ["I don’t see the dogs’ food"]


def test_what_the_writer_puts_into_a_quotation_is_told_apart() -> None:
    [quote] = quotes_in("“[W]e *ship* … [the meter] in \\*March\\* [2]”")

    assert [(part.letters, part.gap) for part in quote.parts] == [("weship", ""), ("inmarch", "…")]
    assert quote.words == ["we", "ship", "in", "march"]


@pytest.mark.parametrize("text", ["launch", "go live", "「」"])
def test_one_or_two_words_are_a_term(text: str) -> None:
    assert all(quote.is_term for quote in quotes_in(f"They call it “{text}”."))


@pytest.mark.parametrize(
    "hostile",
    [
        '"',
        "“",
        "“”",
        "'",
        "' ",
        "'a ",
        "‘",
        "‘s’ ",
        "‘a’b",
        "[",
        "`",
        "`` ` ",
        "[a](",
        '"a" ',
        "„",
        "«",
        "...",
        "```\n",
    ],
)
def test_a_hostile_answer_costs_no_more_than_its_length(hostile: str) -> None:
    passage = Passage(Recording(pk=1), (Segment(number=1, speaker="Ana", text="We ship in March. " * 100),), 1.0, 1.0)
    begun = process_time()

    found = compared((hostile * 100_000)[:100_000], [passage], ())

    assert len(found) <= MOST
    assert process_time() - begun < 10  # what grows with the square of it takes minutes
