from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from chat.models import LoginSession, Turn
from chat.upkeep.clock import clock_warnings
from chat.upkeep.preparation import prepare

from ..support.asked import asked

pytestmark = pytest.mark.django_db(transaction=True)


def shifted(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Set the clock of this process, not that of the database, ahead by these seconds."""
    right = time.time
    monkeypatch.setattr("chat.upkeep.clock.time.time", lambda: right() + seconds)


@pytest.mark.parametrize("seconds", [-90, 90])
def test_a_clock_a_minute_off_that_of_postgresql_is_a_warning(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    shifted(monkeypatch, seconds)

    warnings = clock_warnings()

    if connection.vendor == "postgresql":
        [warning] = warnings
        assert (
            f"{'ahead of' if seconds > 0 else 'behind'} that of PostgreSQL (DATABASE_URL); set both by NTP" in warning
        )
        assert warning.startswith("Warning: the clock of this machine is ")
    else:
        assert warnings == []  # there is no other clock


@pytest.mark.parametrize("seconds", [-50, 0, 50])
def test_a_small_difference_is_none(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    shifted(monkeypatch, seconds)

    assert clock_warnings() == []


def test_a_clock_behind_the_newest_question_is_a_warning_at_the_start(login: LoginSession) -> None:
    turn = asked(login)
    assert clock_warnings() == []
    Turn.objects.filter(pk=turn.pk).update(created_at=timezone.now() + timedelta(hours=1))

    [warning] = [line for line in prepare() if line.startswith("Warning")]

    assert "s behind the newest question in the database; set it by NTP" in warning
