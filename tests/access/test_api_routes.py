"""Who gets what from every address of the API: one test for each cell of ``table.TABLE``."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from .table import ROWS, Row
from .test_routes import cells, outcome
from .world import World

API = [row for row in ROWS if row.route.startswith("api:")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("row", "role"), cells(API))
def test_the_api_is_for_those_whom_the_table_names(row: Row, role: str, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert outcome(World(), row, role) == row.outcomes[role]
