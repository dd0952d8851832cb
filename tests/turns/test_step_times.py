"""The time of each phase."""

from __future__ import annotations

from chat.turns.step_times import StepTimes


def test_a_phase_that_comes_again_is_added_up() -> None:
    times = StepTimes("retrieving", 1.0)
    for phase, at in (("grading", 1.25), ("retrieving", 2.0), ("answering", 2.5)):
        times.enter(phase, at)

    assert times.milliseconds(4.0) == {"retrieving": 750, "grading": 750, "answering": 1500}
