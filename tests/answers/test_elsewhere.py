"""Quotations of what was said elsewhere in the recordings, and how much of these is looked through."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from chat.answers import elsewhere
from chat.answers.comparing import compared
from chat.answers.elsewhere import found_elsewhere
from chat.models import Recording
from chat.passages import Passage

from ..support.library import record

pytestmark = pytest.mark.django_db

ANSWER = (
    "They say “we ship in March”, “the price is below it” and “who pays for the probe”, never “nobody ever said so”."
)


@pytest.fixture
def recordings() -> list[Recording]:
    return [
        record("First", "Ana: We ship in March.", "Ben: The price is below it."),
        record("Second", "Ana: We ship in March.", "Ben: Who pays for the probe?"),
    ]


def fidelities(recordings: list[Recording], reader: User) -> list[str]:
    """Return what becomes of the quotations if the model was given the first segment of each recording."""
    given = [Passage(each, tuple(each.segments.all()[:1]), 1.0, 1.0) for each in recordings]
    found = compared(ANSWER, given, ())
    return [each.fidelity for each in found_elsewhere(ANSWER, found, given, (), reader.pk)]


def test_all_of_the_recordings_is_looked_through(recordings: list[Recording], alice: User) -> None:
    assert fidelities(recordings, alice) == ["same", "same", "same", "not_found"]


@pytest.mark.parametrize(("characters", "left"), [(39, ["same", "same"]), (38, ["same"])])
def test_what_is_not_looked_through_is_not_said_to_lack_a_quotation(
    characters: int, left: list[str], recordings: list[Recording], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first recording has 39 characters, and three quotations are looked for in it."""
    monkeypatch.setattr(elsewhere, "MOST", 3 * characters)

    assert fidelities(recordings, alice) == left
