"""A collection, an answer that quotes it, and who may delete them."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from chat.models import (
    LoginSession,
)

from .scene import Scene


@pytest.fixture
def scene(login: LoginSession, settings: Settings) -> Scene:
    settings.SCIM_TOKEN = "a-long-token-of-the-directory"
    return Scene(login)
