"""Fixtures for a site that sends traces to a server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from chat.models import Feedback, ReviewLabel, TraceExport, Turn
from chat.traces import exporter

from .tracking_server import TrackingServer, tracking_server


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore the environment after the test: the exporter adds variables for MLflow's client."""
    for name in exporter.CLIENT:
        monkeypatch.setenv(name, exporter.CLIENT[name])


@pytest.fixture
def tracking(settings: Settings) -> Iterator[TrackingServer]:
    with tracking_server() as (server, url):
        settings.MLFLOW_EXPERIMENT, settings.MLFLOW_TRACKING_URI = "/Shared/chatsite", url
        yield server
    from chat.traces import tracking

    tracking._experiment.cache_clear()


def expire_claims() -> None:
    """Let the claims of all exports expire."""
    for kind in (TraceExport, ReviewLabel, Feedback):
        kind.objects.filter(exported_at=None).update(claimed_until=timezone.now() - timedelta(seconds=1))


def trace_id(turn: Turn) -> str:
    return f"tr-{turn.uuid.hex}"
