"""Quotations that leave words out: the work grows with what was said, whatever was said."""

from __future__ import annotations

from uuid import UUID

import pytest

from chat.answers.in_order import TRIED
from chat.answers.quotations import quotes_in
from chat.answers.statement import Place, Statement
from chat.answers.statements import Statements
from chat.models import Recording, Segment
from chat.passages import Passage

RECORDING = Recording(pk=1, uuid=UUID(int=1), title="Planning")


def said_in_turn(*texts: str) -> Passage:
    """Return a passage in which Ana and Ben speak in turn."""
    segments = [
        Segment(recording=RECORDING, number=number, speaker=("Ana", "Ben")[number % 2], text=text)
        for number, text in enumerate(texts, 1)
    ]
    return Passage(RECORDING, tuple(segments), 1.0, 1.0)


def places(quotation: str, passage: Passage) -> list[Place]:
    [quote] = quotes_in(f"“{quotation}”")
    return list(Statements([passage]).find(quote.parts))


@pytest.fixture
def looked_through(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many letters each search in a statement has gone through."""
    counts: list[int] = []
    find = Statement.find

    def counted(self: Statement, letters: str, after: int = 0) -> tuple[int, Place] | None:
        found = find(self, letters, after)
        counts.append((found[0] if found else len(self.letters)) - after + 1)
        return found

    monkeypatch.setattr(Statement, "find", counted)
    return counts


@pytest.mark.parametrize(
    ("quotation", "last"),
    [
        ("we ship it … never again … in May", "never again"),
        ("we ship it … never again [now] in May", "never again"),
        ("we ship it … we ship it … we ship it … in May", "in May or never"),
        ("we ship it [now] in May", "in May"),
    ],
)
def test_a_part_that_comes_late_or_never_is_not_looked_for_again(
    quotation: str, last: str, looked_through: list[int]
) -> None:
    passage = said_in_turn(*["we ship it and we ship it"] * 600, *[last] * 2, "and in Maybe", "in Mayor")
    letters = sum(len(segment.text) for segment in passage.segments)

    places(quotation, passage)

    assert sum(looked_through) < 6 * letters
    assert len(looked_through) < (TRIED + 4) * len(passage.segments)


def test_a_later_beginning_is_tried_where_an_earlier_one_does_not_go_on() -> None:
    passage = said_in_turn("We ship it, not in May, and we ship it soon in May.", "No.", "In March.", "In May.")

    [place] = places("we ship it … soon … in May", passage)

    assert place.text == "we ship it soon in May"


def test_the_others_may_follow_in_what_the_same_speaker_says_later() -> None:
    passage = said_in_turn("We ship it.", "In May.", "We ship it again.", "Hm.", "In March.")

    assert [place.text for place in places("we ship it … in March", passage)] == ["We ship it", "We ship it"]
    assert places("we ship it … in May", passage) == []
