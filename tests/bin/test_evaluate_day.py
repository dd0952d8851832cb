"""The tasks that bin/evaluate-day replays, and their budgets in docs/working-day.md."""

from __future__ import annotations

import re
from importlib import import_module

from ..support.processes import ROOT

Hands = import_module("bin._evaluate_day.hands").Hands
TASKS = import_module("bin._evaluate_day.tasks").TASKS

ROW = re.compile(r"^\| (\d+) \| (.+?) \| .+? \| (\d+) \| (\d+) \|$", re.MULTILINE)


def test_every_task_of_the_document_is_replayed_with_its_budget() -> None:
    rows = ROW.findall((ROOT / "docs/working-day.md").read_text())

    assert len(rows) == 12
    for (number, name, steps, seconds), task in zip(rows, TASKS, strict=True):
        assert (task.number, task.steps, task.seconds) == (int(number), int(steps), int(seconds))
        assert name.startswith(task.name)


class Page:
    """A page on which every step works."""

    class keyboard:  # noqa: N801  # the name in Playwright
        @staticmethod
        async def press(chord: str) -> None: ...

    async def goto(self, address: str) -> None: ...

    async def go_back(self) -> None: ...


class Place:
    async def click(self, **options: float) -> None: ...

    async def fill(self, text: str, **options: float) -> None: ...


async def test_each_click_key_and_field_counts_as_a_step() -> None:
    hands, place = Hands(Page()), Place()

    await hands.open("http://127.0.0.1/")
    await hands.fill(place, "seal")
    await hands.press("Enter")
    await hands.click(place)
    await hands.go_back()

    assert hands.steps == 5
    assert hands.seconds > 0
