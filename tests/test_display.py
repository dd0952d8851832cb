from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chat.display import ago, clock, day_group, duration


@pytest.mark.parametrize(
    ("seconds", "position", "length"),
    [
        (None, "", ""),
        (0.0, "0:00", "0 s"),
        (59.4, "0:59", "59 s"),
        (60.0, "1:00", "1 min"),
        (3_570.0, "59:30", "1 h 00 min"),
        (3_725.9, "1:02:05", "1 h 02 min"),
    ],
)
def test_seconds_are_shown_as_a_position_and_as_a_duration(seconds: float | None, position: str, length: str) -> None:
    assert (clock(seconds), duration(seconds)) == (position, length)


@pytest.mark.parametrize(
    ("days", "group"), [(0, "Today"), (1, "Yesterday"), (2, "Previous 7 days"), (7, "Previous 7 days")]
)
def test_recent_moments_are_grouped_by_age(days: int, group: str) -> None:
    assert day_group(timezone.now() - timedelta(days=days)) == group


def test_older_moments_are_grouped_by_month() -> None:
    moment = timezone.now() - timedelta(days=40)

    assert day_group(moment) == f"{moment:%B %Y}"


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=5), "now"),
        (timedelta(seconds=-5), "now"),
        (timedelta(minutes=5), "5min ago"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=3), "3d ago"),
    ],
)
def test_a_moment_of_the_last_week_is_shown_by_its_age(age: timedelta, text: str) -> None:
    assert ago(timezone.now() - age) == text


def test_an_older_moment_is_shown_by_its_date() -> None:
    moment = timezone.now() - timedelta(days=400)

    assert ago(moment) == f"{moment.day} {moment:%b %Y}"
