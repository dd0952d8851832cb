from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from channels.layers import BaseChannelLayer, channel_layers
from django.conf import settings
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings

from chat.database import outage
from chat.llm import chat_model
from chat.serving import health
from chat.turns.runner import runner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def warm() -> None:
    chat_model()


def test_a_process_that_answers_is_alive(client: Client) -> None:
    assert client.get("/livez").status_code == 200


def test_a_process_is_ready_when_all_its_parts_are(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    parts = {"database": "ok", "process": "ok", "model": "ok", "retrieval": "ok", "layer": "ok"}
    assert answer.json() == parts | {"version": settings.VERSION}


def test_a_process_that_drains_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runner, "draining", True)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["process"]) == (503, "draining")
    assert caplog.records == []  # a supervisor asks every few seconds


def test_a_process_without_its_database_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def cursor(self) -> None:
            raise DatabaseError

    monkeypatch.setattr(health, "connection", Gone())

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["database"]) == (503, "unavailable")


def test_a_process_whose_model_is_loading_is_not_ready(client: Client) -> None:
    chat_model.cache_clear()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["model"]) == (503, "warming")


def test_an_unreachable_layer_is_reported_but_the_process_is_ready(client: Client, settings: Settings) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": ["redis://127.0.0.1:1/0"]}}
    }

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["layer"]) == (200, "unavailable")


def test_health_checks_accept_no_post(client: Client) -> None:
    assert client.post("/livez").status_code == client.post("/readyz").status_code == 405


@pytest.fixture
def set_layer() -> Iterator[Callable[[BaseChannelLayer], None]]:
    before = channel_layers.backends.copy()
    yield lambda layer: channel_layers.backends.update(default=layer)
    channel_layers.backends = before


def redis_layer(url: str) -> Any:
    from channels_redis.pubsub import RedisPubSubChannelLayer  # type: ignore[import-untyped]

    return RedisPubSubChannelLayer(hosts=[url])


@pytest.mark.redis
async def test_checking_redis_leaves_no_channel_behind(set_layer: Callable[[BaseChannelLayer], None]) -> None:
    layer = redis_layer(os.environ["TEST_REDIS_URL"])
    set_layer(layer)

    assert [await health._layer() for _ in range(3)] == ["ok", "ok", "ok"]

    assert layer._get_layer().channels == {}
    await layer.flush()


@pytest.mark.redis
async def test_the_check_does_not_wait_for_a_silent_redis(
    set_layer: Callable[[BaseChannelLayer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LAYER_SECONDS", 0.2)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        set_layer(redis_layer(f"redis://127.0.0.1:{silent.getsockname()[1]}/0"))
        async with asyncio.timeout(10):
            assert await health._layer() == "unavailable"


def test_a_process_reports_a_known_outage_of_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "AWAY_SECONDS", 60)
    monkeypatch.setattr(outage.outage, "_away_at", time.monotonic())

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["database"]) == (503, "unavailable")
