"""``STORAGE=volume:/Volumes/…``: a volume of a Databricks workspace, through its Files API.

databricks-sdk stores, deletes and lists, and gives the credentials. It cannot ask for a range of bytes that ends, nor
read without a thread, so the requests of listeners go out here.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TypeVar
from urllib.parse import quote
from weakref import WeakKeyDictionary

import httpx
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.errors import NotFound, PermissionDenied, Unauthenticated
from databricks.sdk.errors.base import DatabricksError
from django.utils.http import http_date
from requests import RequestException

from ..upstream.failures import hide_in_log, line
from ..upstream.workspace import token_of, workspace
from .stored import KB, MB, AccessDenied, FileChanged, FileLost, StorageAway, StorageFailed, Stored

T = TypeVar("T")

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
"""Longest silence of the workspace."""
CONNECTIONS = 100

_signing_in = Lock()

_BY_STATUS: dict[int, type[StorageFailed]] = {
    401: AccessDenied,
    403: AccessDenied,
    404: FileLost,
    412: FileChanged,
    416: FileChanged,
}


@dataclass
class Workspace:
    """What one process needs of the workspace: the SDK's client, and one of httpx for each event loop."""

    config: Config
    sdk: WorkspaceClient
    clients: WeakKeyDictionary[AbstractEventLoop, httpx.AsyncClient] = field(default_factory=WeakKeyDictionary)

    async def client(self) -> httpx.AsyncClient:
        """Return a client without redirects: credentials go to the workspace alone. Making one takes some time."""
        loop = asyncio.get_running_loop()
        if loop not in self.clients:
            made = await asyncio.to_thread(_client, str(self.config.host))
            self.clients.setdefault(loop, made)
        return self.clients[loop]


@cache
def _sign_in() -> Workspace:
    config = workspace()
    return Workspace(config, WorkspaceClient(config=config))


def connected() -> Workspace:
    """Return the workspace of the settings, signed in once for all threads. Raise ``SignInFailed``."""
    with _signing_in:
        return _sign_in()


def _client(host: str) -> httpx.AsyncClient:
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=20)
    return httpx.AsyncClient(base_url=host, timeout=timeout, limits=limits, follow_redirects=False)


class Volume:
    """The files below a folder of a volume: read with the listener's ``token`` if there is one, else as the site.

    The Files API shows a file once all of it has arrived, and replaces it as a whole.
    """

    first_piece = 64 * KB
    piece = MB

    def __init__(self, root: str, token: str = "") -> None:
        self._root = root
        self._token = token
        self._workspace = connected()

    def put(self, name: str, source: Path) -> None:
        """Upload a file, or replace it; the SDK sends great ones in parts."""
        path = self._path(name)
        files = self._workspace.sdk.files

        def upload() -> None:
            files.create_directory(path.rpartition("/")[0])
            files.upload_from(path, str(source), overwrite=True, use_parallel=False)

        _called(upload)

    def delete(self, name: str) -> None:
        """Delete a file; it may be gone already."""
        try:
            _called(lambda: self._workspace.sdk.files.delete(self._path(name)))
        except FileLost:
            return

    def stored(self, name: str) -> Stored:
        """Return the facts of a file. Raise ``FileLost`` if there is none."""
        found = _called(lambda: self._workspace.sdk.files.get_metadata(self._path(name)))
        return _facts(name, found.content_length or 0, parsedate_to_datetime(found.last_modified or ""))

    def files(self, folder: str) -> Iterator[Stored]:
        """Yield all files in a folder, as the workspace lists them page by page."""
        entries = self._workspace.sdk.files.list_directory_contents(self._path(folder))
        while (entry := _called(lambda: next(entries, None), missing=None)) is not None:
            if not entry.is_directory:
                modified = datetime.fromtimestamp((entry.last_modified or 0) / 1000, UTC)
                yield _facts(f"{folder}/{entry.name}", entry.file_size or 0, modified)

    async def find(self, name: str) -> Stored:
        """Return the facts of a file. Raise ``FileLost`` if there is none."""
        headers = (await self._ask("HEAD", name, {})).headers
        try:
            modified = parsedate_to_datetime(headers["last-modified"])
            return _facts(name, int(headers["content-length"]), modified)
        except (KeyError, ValueError):
            raise StorageAway("the workspace does not say how long the file is") from None

    async def read(self, file: Stored, part: range) -> bytes:
        """Return a part of the file. Raise ``FileChanged`` if it is not that file any more."""
        headers = {"Range": f"bytes={part.start}-{part.stop - 1}"}
        headers |= {"If-Unmodified-Since": http_date(file.modified.timestamp())}
        response = await self._ask("GET", file.name, headers)
        if response.status_code != 206:
            raise StorageAway(f"the workspace sent status {response.status_code} for a range")
        return response.content

    async def leave(self) -> None:
        """Close the connections of this event loop, which ends."""
        client = self._workspace.clients.pop(asyncio.get_running_loop(), None)
        if client:
            await client.aclose()

    async def _ask(self, method: str, name: str, headers: dict[str, str]) -> httpx.Response:
        path = f"/api/2.0/fs/files{quote(self._path(name))}"
        client = await self._workspace.client()
        try:
            headers |= {"Authorization": f"Bearer {await self._credential()}", "Accept-Encoding": "identity"}
            async with client.stream(method, path, headers=headers) as response:
                if response.status_code not in (200, 206):
                    raise _BY_STATUS.get(response.status_code, StorageAway)(f"status {response.status_code}")
                if response.status_code == 206:
                    await response.aread()
                return response
        except (httpx.HTTPError, DatabricksError, RequestException) as error:
            raise StorageAway(line(error)) from None

    async def _credential(self) -> str:
        return hide_in_log(self._token) if self._token else await token_of(self._workspace.config)()

    def _path(self, name: str) -> str:
        if ".." in name.split("/"):
            raise FileLost(name)
        return f"{self._root}/{name}"


def _facts(name: str, size: int, modified: datetime) -> Stored:
    return Stored(name, size, modified, f'"{int(modified.timestamp()):x}-{size:x}"')


_RAISED: object = object()


def _called(call: Callable[[], T], *, missing: object = _RAISED) -> T:
    try:
        return call()
    except NotFound as error:
        if missing is None:
            return None  # type: ignore[return-value]
        raise FileLost(line(error)) from None
    except (PermissionDenied, Unauthenticated) as error:
        raise AccessDenied(line(error)) from None
    except (DatabricksError, RequestException, OSError, TimeoutError) as error:
        raise StorageAway(line(error)) from None
