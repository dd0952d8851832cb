"""The thoughts of a model, in every way in which models mark them, and wherever the stream is cut."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.llm import Delta
from chat.llm.retrying import RetryingModel
from chat.llm.thoughts import Thoughts
from chat.prompts import Message

SECRET = "secret thought about [1]"
ANSWER = "It launches in April. It costs 480 euros."
FINAL = "<|start|>assistant<|channel|>final<|message|>"

MARKED = {
    "think": f"<think>\n{SECRET}\n</think>\n\n{ANSWER}",
    "thinking": f"<thinking>{SECRET}</thinking>{ANSWER}",
    "capitals, after a blank": f" \n<THINK>{SECRET}</Think>\n{ANSWER}",
    "an attribute": f'<think type="deep">{SECRET}</think >{ANSWER}',
    "reasoning": f"<reasoning>{SECRET}</reasoning>\n{ANSWER}",
    "Seed": f"<seed:think>{SECRET}</seed:think>{ANSWER}",
    "nothing": f"<think>\n\n</think>\n\n{ANSWER}",
    "twice": f"<think>{SECRET}</think>\n<think>{SECRET}</think>\n{ANSWER}",
    "closed twice": f"<think>{SECRET}</think></think>\n{ANSWER}",
    "code in it": f"<think>```\n{SECRET}\n</think>{ANSWER}",
    "Mistral": f"[THINK]{SECRET}[/THINK]{ANSWER}",
    "Kimi": f"◁think▷{SECRET}◁/think▷{ANSWER}",
    "OpenThinker": f"<|begin_of_thought|>{SECRET}<|end_of_thought|>\n<|begin_of_solution|>{ANSWER}<|end_of_solution|>",
    "Cohere": f"<|START_THINKING|>{SECRET}<|END_THINKING|><|START_RESPONSE|>{ANSWER}<|END_RESPONSE|>",
    "harmony": f"<|channel|>analysis<|message|>{SECRET}<|end|>{FINAL}{ANSWER}<|return|>",
    "harmony from the start": f"<|start|>assistant<|channel|>analysis<|message|>{SECRET}<|end|>{FINAL}{ANSWER}",
    "harmony with a tool": f"<|channel|>commentary to=f.x <|constrain|>json<|message|>{SECRET}<|call|>"
    f"<|start|>assistant<|channel|>analysis<|message|>{SECRET}<|end|>{FINAL}{ANSWER}",
    "harmony without an end": f"<|channel|>analysis<|message|>{SECRET}{FINAL}{ANSWER}",
}
ALONE = {
    "on a line of its own": f"{SECRET}\n</think>\n\n{ANSWER}",
    "within a line": f"{SECRET}</thinking>{ANSWER}",
    "after an open span": f"{SECRET} `x\n</think>\n{ANSWER}",
    "Mistral's": f"{SECRET}[/THINK]\n{ANSWER}",
}
TEXTS = [
    ANSWER,
    "Write `</think>` to close it.",
    "```html\n<think>\n</think>\n```\nThat is all.",
    "~~~\n</think>\n~~~\nDone.",
    "The tag <think> opens a thought.",
    "<b>Bold</b> and <thoughtful> and <thinker>.",
    "[1] It launches [TH] in April.",
    "1 < 2 </ 3 <",
    "<|not|> a token",
    "<th",
    " \n ",
]


def read(*pieces: str, begins_inside: bool = False) -> tuple[str, bool, bool]:
    """Return the answer, whether there were thoughts, and whether shown text was retracted."""
    thoughts = Thoughts(begins_inside=begins_inside)
    answer, thinks, retracts = "", False, False
    for piece in pieces:
        told = thoughts.feed(piece)
        answer = ("" if told.retracts else answer) + told.text
        thinks, retracts = thinks or told.thinks, retracts or told.retracts
    return answer + thoughts.end(), thinks, retracts


@pytest.mark.parametrize("text", MARKED.values(), ids=MARKED)
def test_a_marked_thought_is_no_part_of_the_answer_wherever_it_is_cut(text: str) -> None:
    for at in range(len(text) + 1):
        assert read(text[:at], text[at:]) == (ANSWER, True, False), at
    assert read(*text) == (ANSWER, True, False)


@pytest.mark.parametrize("text", ALONE.values(), ids=ALONE)
def test_a_closing_tag_alone_retracts_what_came_before_it(text: str) -> None:
    for at in range(len(text) + 1):
        assert read(text[:at], text[at:])[0] == ANSWER, at
    assert read(*text) == (ANSWER, False, True)
    assert read(*text, begins_inside=True) == (ANSWER, True, False)


@pytest.mark.parametrize("text", TEXTS)
def test_other_tags_code_and_tags_in_the_middle_are_text(text: str) -> None:
    for at in range(len(text) + 1):
        assert read(text[:at], text[at:]) == (text, False, False), at


@pytest.mark.parametrize("text", ["<think>", f"<think>{SECRET}", f"<think>{SECRET}</think>\n\n", f"[THINK]{SECRET}",
                                  f"<|channel|>analysis<|message|>{SECRET}<|end|>"])  # fmt: skip
def test_an_answer_of_thoughts_alone_is_empty(text: str) -> None:
    assert {read(text)[0], read(*text)[0]} == {""}


def test_text_is_not_held_longer_than_it_may_be_a_tag() -> None:
    thoughts = Thoughts()

    assert [thoughts.feed(piece).text for piece in ("<", "th", "ough ", "a <", "/t", "b")] == [
        "", "", "<though ", "a ", "", "</tb",
    ]  # fmt: skip


@given(st.sampled_from([*MARKED.values(), *ALONE.values(), *TEXTS]), st.lists(st.integers(0, 300)).map(sorted))
def test_several_cuts_change_nothing(text: str, cuts: list[int]) -> None:
    places = [0, *cuts, len(text)]

    assert read(*(text[start:end] for start, end in pairwise(places)))[0] == read(text)[0]


@pytest.mark.parametrize("pattern", ["<", "<think>", "</think>", "`", "<|", "<|start|>", "[THINK]", "x", "<think a "])
def test_hostile_text_takes_linear_time(pattern: str) -> None:
    assert seconds(pattern, 40_000) < 12 * seconds(pattern, 10_000) + 0.1


def seconds(pattern: str, length: int) -> float:
    begun = time.process_time()
    for is_inside in (False, True):
        read(*(pattern * (length // len(pattern))), begins_inside=is_inside)
    return time.process_time() - begun


class Scripted:
    """A model that sends these answers letter by letter."""

    name = "scripted"

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        for letter in self._answers.pop(0):
            yield Delta(letter)
        yield Delta("", "stop")


async def asked(model: RetryingModel) -> tuple[str, bool]:
    """Return the text of an answer, and whether any of it was retracted."""
    text, retracts = "", False
    async for delta in model.stream([]):
        text = ("" if delta.retracts else text) + delta.text
        retracts = retracts or delta.retracts
    return text, retracts


async def test_a_model_that_closes_alone_is_taken_to_think_first_until_it_does_not() -> None:
    alone = ALONE["on a line of its own"]
    model = RetryingModel(Scripted(alone, alone, ANSWER, alone))

    assert [await asked(model) for _ in range(4)] == [(ANSWER, True), (ANSWER, False), (ANSWER, False), (ANSWER, True)]
