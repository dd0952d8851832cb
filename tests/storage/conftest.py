"""Places for audio: both kinds of services, faked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pytest_django import Settings

import chat.storage
from chat.storage import reading

from ..support.file_server import SETTINGS, FileServer, file_server

TOKEN = "canary-of-the-site-5518"
SECRET = "canary-of-the-key-9302"


@pytest_asyncio.fixture(params=["volume", "s3"])
async def server(
    request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FileServer]:
    """A service that stores the audio of this site."""
    from chat.storage import volume

    monkeypatch.setattr(reading, "PAUSES", (0, 0))
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", "/dev/null")
    with file_server(request.param) as server:
        settings.STORAGE = SETTINGS[request.param]
        settings.DATABRICKS_HOST, settings.DATABRICKS_TOKEN = server.url, TOKEN
        settings.S3_ENDPOINT, settings.S3_REGION = server.url, "eu-central-1"
        settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY = "key", SECRET
        chat.storage._bucket.cache_clear()
        volume._sign_in.cache_clear()
        yield server
        if request.param == "volume":
            for client in volume.connected().clients.values():
                await client.aclose()
