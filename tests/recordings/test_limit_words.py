"""What a question searches only, in words."""

from __future__ import annotations

from typing import Any

import pytest

from chat.recordings.limit_words import limit_words, searched_words


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (None, []),
        ({"collections": [{"id": "1", "name": "Sales"}, {"id": "2", "name": "Team"}]}, ["Sales", "Team"]),
        ({"speakers": ["Ana Lima"]}, ["what Ana Lima said"]),
        ({"since": "2026-06-01", "until": "2026-08-31"}, ["June–August 2026"]),
        ({"since": "2026-02-01", "until": "2026-02-28"}, ["February 2026"]),
        ({"since": "2025-12-01", "until": "2026-01-31"}, ["December 2025 – January 2026"]),
        ({"since": "2026-06-03", "until": "2026-08-31"}, ["3 Jun 2026 – 31 Aug 2026"]),
        ({"since": "2026-06-03"}, ["since 3 Jun 2026"]),
        ({"until": "2026-06-03", "undated": True}, ["until 3 Jun 2026 or without a date"]),
        ({"undated": True}, ["without a date"]),
    ],
)
def test_limits_are_said_in_words(limits: dict[str, Any] | None, words: list[str]) -> None:
    assert limit_words(limits) == words


@pytest.mark.parametrize(
    ("count", "words"), [(None, ""), (0, "0 recordings"), (1, "1 recording"), (1400, "1,400 recordings")]
)
def test_the_number_of_recordings_is_said_if_it_is_known(count: int | None, words: str) -> None:
    assert searched_words(count) == words
