"""The work for a rendering is proportional to the length of the text: counted in steps, for every construct."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from chat.conversations import markup
from chat.conversations.markup.blocks import Blocks
from chat.conversations.markup.direction import direct
from chat.conversations.markup.inline import Inline

FOLDER = str(Path(markup.__file__).parent)
PATTERNS = json.loads((Path(__file__).parent / "patterns.json").read_text())


def steps(text: str, *, is_half: bool) -> int:
    """Return how many lines of the package run for a text."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace if frame.f_code.co_filename.startswith(FOLDER) else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        direct(Blocks(Inline({1: ""}, "")).read(text, is_half=is_half))
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("is_half", [False, True])
def test_four_times_the_text_takes_about_four_times_the_steps(pattern: str, is_half: bool) -> None:
    small, large = (pattern * (length // len(pattern)) for length in (1_000, 4_000))

    assert steps(large, is_half=is_half) <= 4.5 * steps(small, is_half=is_half) + 1_000
