"""A site with a token for SCIM."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from .directory import TOKEN


@pytest.fixture(autouse=True)
def scim_token(settings: Settings) -> None:
    settings.SCIM_TOKEN = TOKEN
