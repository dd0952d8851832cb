"""Fixtures: two recordings, indexed."""

from __future__ import annotations

import pytest

from chat.models import Recording

from ..support.library import record


@pytest.fixture
def launch() -> Recording:
    return record(
        "Launch review",
        "Ana: The launch moves to the third of October, because the translations are late.",
        "Ben: Then the price list must be decided before the summer.",
    )


@pytest.fixture
def garden() -> Recording:
    return record("Allotment call", "Cleo: The tomatoes need a greenhouse.", "Dev: And the compost is nearly ready.")
