"""A site that is killed between and within the pieces of a file: the file goes on, with identical bytes."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..support.file_server import file_server
from ..support.site_process import SiteProcess

pytestmark = [pytest.mark.process, pytest.mark.any_database]

PIECE = 8 * 1024 * 1024
CONTENT = b"ID3" + random.Random(16).randbytes(2 * PIECE + 12345)  # noqa: S311  # content, no secret
KILLS = {"daphne": 2, "uvicorn": 1}


def token_of_manager(site: SiteProcess) -> str:
    """Let demo manage the collection of new recordings, and return a token of demo's."""
    code = (
        "from django.contrib.auth.models import User; from chat.models import ApiToken, Collection, Membership;"
        "demo = User.objects.get(username='demo');"
        "Membership.objects.create(collection=Collection.objects.default(), role='manage', user=demo);"
        "print(ApiToken.issue(demo, 'a test')[1])"
    )
    return site.manage("shell", "--no-imports", "-c", code).split()[-1]


class Program:
    """A program that sends a file through the API, and goes on when the site is back."""

    def __init__(self, site: SiteProcess) -> None:
        self.site = site
        self.headers = {"Authorization": f"Bearer {token_of_manager(site)}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        try:
            connection.request(method, path, body, self.headers | headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        finally:
            connection.close()

    def begin(self, name: str, content: bytes) -> str:
        file = {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        status, batch = self.ask("POST", "/api/recordings", json.dumps({"files": [file]}).encode())
        assert status == 201, batch
        return str(batch["files"][0]["uuid"])

    def put(self, uuid: str, content: bytes, offset: int) -> tuple[int, Any]:
        return self.ask("PUT", f"/api/uploads/{uuid}/{offset}", content[offset : offset + PIECE])

    def send(self, uuid: str, content: bytes) -> Any:
        """Send what is missing, and return what is said of the file at the end."""
        said = self.ask("GET", f"/api/uploads/{uuid}")[1]
        while said["state"] == "open":
            status, said = self.put(uuid, content, said["received"])
            assert status == 200, said
        return said


def stored(site: SiteProcess) -> list[Path]:
    return sorted((site.folder / "media" / "incoming").iterdir())


@pytest.mark.waits
@pytest.mark.parametrize("server", KILLS)
def test_a_file_goes_on_after_kills_with_identical_bytes(start_site: Callable[..., SiteProcess], server: str) -> None:
    site = start_site(SERVER=server)
    program, at = Program(site), random.Random(server)  # noqa: S311  # a moment, no secret
    wrong = b"%PDF" + CONTENT
    assert program.put(program.begin("wrong.mp3", wrong), wrong, 0)[1]["error"].startswith("The name ends in .mp3, but")
    uuid = program.begin("talk.mp3", CONTENT)

    for _ in range(KILLS[server]):
        received = program.ask("GET", f"/api/uploads/{uuid}")[1]["received"]
        cut_off(site, program, uuid, received, at.randrange(PIECE + 1))
        site.kill()
        site.start()
        assert program.ask("GET", f"/api/uploads/{uuid}")[1]["received"] in (
            received,
            min(received + PIECE, len(CONTENT)),
        )
    said = program.send(uuid, CONTENT)

    assert said["received"] == len(CONTENT)
    assert said["state"] != "refused"
    [file] = stored(site)
    assert file.read_bytes() == CONTENT


def cut_off(site: SiteProcess, program: Program, uuid: str, offset: int, sent: int) -> None:
    """Send some bytes of a piece, and do not wait for the answer."""
    piece = CONTENT[offset : offset + PIECE]
    head = (
        f"PUT /api/uploads/{uuid}/{offset} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Length: {len(piece)}\r\n"
    )
    head += "".join(f"{name}: {value}\r\n" for name, value in program.headers.items())
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(head.encode() + b"\r\n" + piece[:sent])


@pytest.mark.waits
def test_another_process_goes_on_where_one_has_died(start_site: Callable[..., SiteProcess], tmp_path: Path) -> None:
    """With PostgreSQL and Redis both serve at the same time, as on two hosts; the pieces are in a bucket."""
    with file_server("s3") as bucket:
        settings = {"STORAGE": "s3://bucket/chat", "S3_ENDPOINT": bucket.url, "S3_REGION": "eu-central-1"}
        settings |= {"S3_ACCESS_KEY_ID": "key", "S3_SECRET_ACCESS_KEY": "secret"}
        first = start_site(**settings)
        program, content = Program(first), CONTENT[: PIECE + 5]
        uuid = program.begin("talk.mp3", content)
        assert program.put(uuid, content, 0)[0] == 200
        if not (first.database_url and first.environ.get("REDIS_URL")):  # else one waits for the other to end
            first.kill()
        folder = tmp_path / "second" if first.database_url else first.folder
        folder.mkdir(exist_ok=True)
        with SiteProcess(folder, database_url=first.database_url, warm=True, **settings) as program.site:  # type: ignore[arg-type]
            first.kill()
            said = program.send(uuid, content)

        assert (said["received"], said["state"]) == (len(content), "begun")
        assert [stored for name, stored in bucket.files.items() if uuid in name] == [content]
