"""Fixtures: a client of the pages, and what a test imports."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from ..support.importing import VTT


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    """A client in which alice is signed in."""
    client.force_login(alice)
    return client


@pytest.fixture
def media(tmp_path_factory: pytest.TempPathFactory, settings: LazySettings) -> Path:
    """An empty ``MEDIA_ROOT``."""
    folder = tmp_path_factory.mktemp("media")
    settings.MEDIA_ROOT = folder
    return folder


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """A file to import."""
    file = tmp_path / "2026-03-04_pump_review.vtt"
    file.write_text(VTT)
    return file
