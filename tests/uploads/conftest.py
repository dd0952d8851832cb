"""Files that are sent in small pieces, by somebody who manages a collection."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from chat.models import Collection, Membership, Role, Upload

from ..support.pages import browser_of

PIECE = 1000
MP3 = b"ID3" + bytes(range(256)) * 10
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ana>We ship in March.\n"


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(Upload, "PIECE", PIECE)


@pytest.fixture
def sales(alice: User) -> Collection:
    """A collection that alice manages."""
    collection = Collection.objects.create(name="Sales")
    Membership.objects.create(collection=collection, user=alice, role=Role.MANAGE)
    return collection


class Sender:
    """The script of the page, or a program: it sends files in pieces."""

    def __init__(self, client: Client, root: str = "/recordings/upload/") -> None:
        self.client, self._root = client, root

    def begin(self, files: dict[str, bytes], *, status: int = 201, **said: Any) -> Any:
        """Begin a batch and return the response's JSON."""
        listed = [{"name": name, "size": len(content)} for name, content in files.items()]
        body = {
            "files": listed,
            **{key: value if isinstance(value, dict) else str(value) for key, value in said.items()},
        }
        response = self.client.post(self._root, body, content_type="application/json")
        assert response.status_code == status, response.content
        return response.json()

    def put(self, uuid: str, offset: int, piece: bytes) -> Any:
        """Send a piece; return the response."""
        address = f"{self._root}{uuid}/{offset}"
        return self.client.put(address, piece, content_type="application/octet-stream")

    def send(self, uuid: str, content: bytes, *, start: int = 0) -> Any:
        """Send the rest of a file, and return what the last response says."""
        said: Any = None
        for offset in range(start, len(content), PIECE):
            said = self.put(uuid, offset, content[offset : offset + PIECE]).json()
        return said

    def state(self, uuid: str) -> Any:
        return self.client.get(f"{self._root}{uuid}").json()


@pytest.fixture
def sender(alice: User, sales: Collection) -> Sender:
    return Sender(browser_of(alice))


@pytest.fixture
def upload(sender: Sender, sales: Collection) -> Callable[[str, bytes], Any]:
    """Send a file whole, and return what is said of it at the end."""

    def send(name: str, content: bytes) -> Any:
        file = sender.begin({name: content}, collection=sales.uuid)["files"][0]
        return sender.send(file["uuid"], content) if file["uuid"] else file

    return send
