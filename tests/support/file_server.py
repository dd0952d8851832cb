"""Fakes on loopback of the two services that store files: the Files API of a Databricks workspace, and S3.

They keep files in memory, record every request, refuse one without credentials, and send a range as it was asked for.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from django.utils.http import http_date
from typing_extensions import override

from .loopback import QuietHandler, on_loopback

PROVIDER_TEXT = "canary-of-the-storage-6612"
ROOTS = {"volume": "/Volumes/main/team/audio/chat", "s3": "/bucket/chat"}
SETTINGS = {"volume": "volume:/Volumes/main/team/audio/chat", "s3": "s3://bucket/chat"}


@dataclass(frozen=True)
class Asked:
    """A request as it was received."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class FileServer:
    """The interface for tests. ``plan`` has what happens to the next reads: a status, ``cut`` or ``stall``."""

    kind: str
    files: dict[str, bytes] = field(default_factory=dict)
    stored_at: dict[str, datetime] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    plan: list[Any] = field(default_factory=list)
    tags: str = "strong"
    """Whether files have ``strong`` tags, ``weak`` ones, which no If-Match may match, or ``no`` tags."""
    knows_conditions: bool = True
    refused_parts: int = 0
    """How many parts of uploads are refused, from the second on."""
    parts: dict[str, bytes] = field(default_factory=dict)
    aborted: threading.Event = field(default_factory=threading.Event)
    stalling: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when the client has closed the connection of a read that stalls."""
    url: str = ""

    def path_of(self, name: str) -> str:
        """Return the path of a file that the site calls ``name``."""
        return f"{ROOTS[self.kind]}/{name}"

    def keep(self, name: str, content: bytes, *, days_ago: float = 0) -> None:
        """Store a file as if it had been put some days ago."""
        self.files[self.path_of(name)] = content
        self.stored_at[self.path_of(name)] = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days_ago)

    @property
    def reads(self) -> list[Asked]:
        """The requests for the content of files."""
        return [asked for asked in self.asked if asked.method == "GET" and self._content_path(asked.path)]

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """The ranges that were read: first and last byte."""
        found = [re.fullmatch(r"bytes=(\d+)-(\d+)", asked.headers.get("range", "")) for asked in self.reads]
        assert all(found), "a read without a range"
        return [(int(match[1]), int(match[2])) for match in found if match]

    def _content_path(self, path: str) -> bool:
        return path in self.files or path.endswith((".mp3", ".wav"))


@contextmanager
def file_server(kind: str) -> Iterator[FileServer]:
    """Run a service of this kind, ``volume`` or ``s3``, at ``url`` while the block runs."""
    files = FileServer(kind)
    handler = {"volume": _FilesApi, "s3": _S3}[kind]
    with on_loopback(handler, _Server, server_of=files) as files.url:
        yield files


class _Server(ThreadingHTTPServer):
    @override
    def handle_error(self, *args: object) -> None:
        pass  # a client may leave at any time


class _Handler(QuietHandler):
    server_of: FileServer
    credentials = ""

    def _receive(self) -> tuple[str, dict[str, str], bytes]:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
        body = self._body()
        path = unquote(address.path).removeprefix("/api/2.0/fs/files")
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server_of.asked.append(Asked(self.command, path, query, headers))
        return path, query, body

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    @property
    def _is_signed(self) -> bool:
        return self.headers.get("Authorization", "").startswith(self.credentials)

    def _keep(self, path: str, body: bytes) -> None:
        self.server_of.files[path] = body
        self.server_of.stored_at[path] = datetime.now(UTC).replace(microsecond=0)

    def _send_file(self, path: str) -> None:
        """Send a file, or the range of it that was asked for, as the plan of the test has it."""
        step = self.server_of.plan.pop(0) if self.server_of.plan and self.command == "GET" else None
        if isinstance(step, int):
            self._send(step, PROVIDER_TEXT.encode())
        elif step == "stall":
            self._stall()
        elif path not in self.server_of.files:
            self._send(404, PROVIDER_TEXT.encode())
        elif self._is_changed(path):
            self._send(412, PROVIDER_TEXT.encode())
        else:
            self._send_content(path, cut=step == "cut")

    def _send_content(self, path: str, *, cut: bool) -> None:
        content = self.server_of.files[path]
        headers = {"Last-Modified": http_date(self.server_of.stored_at[path].timestamp()), **self._tagged(path)}
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        part = content
        if match:
            part = content[int(match[1]) : int(match[2]) + 1 if match[2] else None]
            headers["Content-Range"] = f"bytes {match[1]}-{int(match[1]) + len(part) - 1}/{len(content)}"
        self._send(206 if match else 200, part, headers, cut=cut)

    def _stall(self) -> None:
        self.server_of.stalling.set()
        self.connection.settimeout(20)
        if self.connection.recv(1) == b"":
            self.server_of.gone.set()
        self.close_connection = True

    def _is_changed(self, path: str) -> bool:
        since, tag = self.headers.get("If-Unmodified-Since"), self.headers.get("If-Match")
        stored = http_date(self.server_of.stored_at[path].timestamp())
        is_other = tag and (tag != self._tag(path) or self.server_of.tags != "strong")
        return self.server_of.knows_conditions and bool((since and since != stored) or is_other)

    def _tagged(self, path: str) -> dict[str, str]:
        return {} if self.server_of.tags == "no" else {"ETag": self._tag(path)}

    def _tag(self, path: str) -> str:
        weak = "W/" if self.server_of.tags == "weak" else ""
        return f'{weak}"{len(self.server_of.files[path])}-{self.server_of.stored_at[path].timestamp():.0f}"'

    def _send(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None, *, cut: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut


class _FilesApi(_Handler):
    """``/api/2.0/fs/files`` and ``/api/2.0/fs/directories``."""

    credentials = "Bearer "

    def _answer(self) -> None:
        path, _, body = self._receive()
        if path.startswith("/api/2.0/fs/directories"):
            self._directory(path.removeprefix("/api/2.0/fs/directories"))
        elif not path.startswith("/Volumes/"):
            self._send(404, b"{}", {"Content-Type": "application/json"})
        elif not self._is_signed:
            self._send(401, PROVIDER_TEXT.encode())
        elif self.command == "PUT":
            self._keep(path, body)
            self._send(204)
        elif self.command == "DELETE":
            known = self.server_of.files.pop(path, None) is not None
            self._send(204 if known else 404, b"" if known else b'{"error_code": "NOT_FOUND", "message": "x"}')
        else:
            self._send_file(path)

    def _directory(self, folder: str) -> None:
        if self.command == "PUT":
            self._send(204)
            return
        entries = [
            {
                "path": path,
                "name": path.rpartition("/")[2],
                "is_directory": False,
                "file_size": len(content),
                "last_modified": int(self.server_of.stored_at[path].timestamp() * 1000),
            }
            for path, content in self.server_of.files.items()
            if path.startswith(folder)
        ]
        if entries:
            self._send(200, json.dumps({"contents": entries}).encode(), {"Content-Type": "application/json"})
        else:
            self._send(404, b'{"error_code": "NOT_FOUND", "message": "x"}', {"Content-Type": "application/json"})

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _answer  # noqa: N815  # the names of the base class


class _S3(_Handler):
    """Objects, lists of them, and uploads in parts."""

    credentials = "AWS4-HMAC-SHA256 Credential=key/"

    def _answer(self) -> None:
        path, query, body = self._receive()
        if not self._is_signed:
            self._send(403, PROVIDER_TEXT.encode())
        elif "list-type" in query:
            self._list(path, query.get("prefix", ""))
        elif "uploads" in query:
            self._send(200, b"<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>")
        elif "uploadId" in query:
            self._part(path, query, body)
        elif self.command == "PUT":
            self._keep(path, body)
            self._send(200, b"", {"ETag": self._tag(path)})
        elif self.command == "DELETE":
            self.server_of.files.pop(path, None)
            self._send(204)
        else:
            self._send_file(path)

    def _part(self, path: str, query: dict[str, str], body: bytes) -> None:
        parts = self.server_of.parts
        if self.command == "DELETE":
            parts.clear()
            self.server_of.aborted.set()
            self._send(204)
        elif self.command == "POST":
            self._keep(path, b"".join(parts[number] for number in sorted(parts, key=int)))
            self._send(200, b"<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")
        elif int(query["partNumber"]) > 1 and self.server_of.refused_parts:
            self.server_of.refused_parts -= 1
            self._send(400, PROVIDER_TEXT.encode())
        else:
            parts[query["partNumber"]] = body
            self._send(200, b"", {"ETag": f'"{query["partNumber"]}"'})

    def _list(self, bucket: str, prefix: str) -> None:
        root = f"{bucket.rstrip('/')}/"
        found = [path for path in sorted(self.server_of.files) if path.startswith(root + prefix)]
        rows = "".join(
            f"<Contents><Key>{escape(path.removeprefix(root))}</Key><Size>{len(self.server_of.files[path])}</Size>"
            f"<LastModified>{self.server_of.stored_at[path]:%Y-%m-%dT%H:%M:%SZ}</LastModified>"
            f"<ETag>{escape(self._tag(path))}</ETag></Contents>"
            for path in found
        )
        self._send(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>".encode())

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _answer  # noqa: N815  # the names of the base class
