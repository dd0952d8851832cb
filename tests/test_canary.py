"""Each credential is a planted secret, which nothing that a running site sends, shows, logs or stores may contain."""

from __future__ import annotations

import asyncio
import http.client
import json
import shutil
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from .support.processes import Missing
from .support.reader import Reader
from .support.servers import postgresql_server, redis_server
from .support.site_process import SiteProcess
from .support.upstream import Upstream

PLANTED = (
    "DATABASE_PASSWORD", "DATABRICKS_CLIENT_SECRET", "DATABRICKS_TOKEN", "FORWARDED_TOKEN", "OPENAI_API_KEY",
    "REDIS_PASSWORD", "SCIM_TOKEN", "SECRET_KEY", "SSO_OIDC_CLIENT_SECRET", "TRANSCRIBER_API_KEY",
)  # fmt: skip
CANARIES = {name: f"canary-{name.lower().replace('_', '-')}-3hVq9ZtR2mXw7LpKc8YbN5sJ" for name in PLANTED}
OAUTH = "canary-oauth-9921"
"""The token that the workspace returns for the client secret."""
ANA = [
    ("X-Forwarded-Email", "ana@example.com"),
    ("X-Forwarded-Access-Token", CANARIES["FORWARDED_TOKEN"]),
]
ECHO = "You sent {}. Incorrect API key provided."

PATHS = (
    "/", "/livez", "/readyz", "/recordings/", "/recordings/?q=heron", "/conversations/all/", "/accounts/login/",
    "/accounts/password/", "/accounts/link/x/y/", "/admin/", "/admin/chat/conversation/", "/admin/auth/user/",
    "/admin/auth/user/1/change/", "/admin/chat/recording/", "/nothing/", "/c/not-a-uuid/", "/ask/",
    "/admin/chat/conversation/999/change/?token=%00", "/static/nothing.css", "/accounts/tokens/", "/api/conversations",
    "/api/recordings", "/api/chat/stream",
)  # fmt: skip
FRAMES = ("", "{", "null", '{"type":"ask"}', '{"type":"follow","turn":"x","after":-1}', '{"type":"ping","token":"x"}')


def secrets_in(text: str) -> list[str]:
    """Return the names of the secrets in a text, in any form in which secrets are transmitted."""
    basic = b64encode(f"principal:{CANARIES['DATABRICKS_CLIENT_SECRET']}".encode()).decode()
    planted = {**CANARIES, "oauth token": OAUTH, "basic authorization": basic[4:-4]}
    return [name for name, value in planted.items() if any(form in text for form in _forms(value))]


def _forms(value: str) -> tuple[str, ...]:
    return value, quote(value, safe=""), b64encode(value.encode()).decode()[:-4]


class Visitor:
    """A client that requests pages and records all responses."""

    def __init__(self, site: SiteProcess, received: list[str]) -> None:
        self.site, self.received = site, received
        self.cookie = ""

    def ask(self, path: str, method: str = "GET", body: str = "", **more: str) -> tuple[int, str]:
        headers = {**dict(ANA), "Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded", **more}
        with closing(http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=30)) as connection:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        self.received.append(f"{answer.status} {answer.headers}\n{text}")
        return answer.status, text


@pytest.fixture(params=["workspace", "token"])
def secrets(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The settings with credentials: in files, for servers that require them; or as values, with Redis unreachable."""
    files = {"SECRET_KEY": CANARIES["SECRET_KEY"], "OPENAI_API_KEY": CANARIES["OPENAI_API_KEY"]}
    files |= {name: CANARIES[name] for name in ("SCIM_TOKEN", "SSO_OIDC_CLIENT_SECRET", "TRANSCRIBER_API_KEY")}
    if request.param == "token":
        unreachable = f"redis://:{CANARIES['REDIS_PASSWORD']}@127.0.0.1:1/0"
        yield {"DATABRICKS_TOKEN": CANARIES["DATABRICKS_TOKEN"], "REDIS_URL": unreachable, **files}
        return
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgresql_server(synchronous_commit="off"))
            redis = stack.enter_context(redis_server(CANARIES["REDIS_PASSWORD"]))
        except Missing as missing:
            pytest.skip(str(missing))
        url = server.url.replace("postgres@", f"postgres:{CANARIES['DATABASE_PASSWORD']}@")
        files |= {"DATABASE_URL": url, "REDIS_URL": redis.url}
        files |= {"DATABRICKS_CLIENT_SECRET": CANARIES["DATABRICKS_CLIENT_SECRET"]}
        for name, value in files.items():
            (tmp_path / name).write_text(value)
        yield {f"{name}_FILE": str(tmp_path / name) for name in files} | {"DATABRICKS_CLIENT_ID": "principal"}


@pytest.fixture
def database_url(secrets: dict[str, str]) -> str:
    """The database of the site; empty for SQLite."""
    file = secrets.get("DATABASE_URL_FILE")
    return Path(file).read_text() if file else ""


@pytest.fixture
def folder(prepared_site: SiteProcess, tmp_path: Path) -> Path:
    """The data folder of the site."""
    return Path(shutil.copytree(prepared_site.folder, tmp_path / "site"))


def settings(upstream: Upstream, **secrets: str) -> dict[str, Any]:
    """Return the settings of a site that calls a workspace on behalf of its users, and logs as much as it can."""
    return {
        "TRUSTED_PROXY": "127.0.0.1",
        "ADMIN_EMAILS": "ana@example.com",
        "CHAT_MODEL": "openai:fake",
        "OPENAI_BASE_URL": "databricks",
        "DATABRICKS_HOST": upstream.url,
        "DATABRICKS_CONFIG_FILE": "/dev/null",
        "CHAT_ON_BEHALF_OF": "true",
        "CHAT_IDLE_SECONDS": "1",
        "MLFLOW_EXPERIMENT": "7",
        "LOG_LEVEL": "DEBUG",
        **secrets,
    }


def answers(credential: str) -> list[str]:
    """Return scripts of good and bad answers of a model; some repeat the credential that the model was sent."""
    text = json.dumps({"error": {"message": ECHO.format(credential), "code": credential}})
    head = f"HTTP/1.1 401 Unauthorized\\r\\nContent-Type: application/json\\r\\nContent-Length: {len(text)}"
    body = text.replace('"', "\\x22")  # a script has quotes of its own
    return [
        'say "On 28 April [1]."; finish; usage; done', rf"bare {head}\r\n\r\n{body}", rf"say Well; raw data:{body}\n\n",
        "status 403", "status 404", "status 400", "say Well; error", "garbage json", "garbage html", "tokens 3; cut",
        "tokens 3; reset", "status 429 3600", "status 500 3600", "finish; done", "tokens 2; stall",
    ]  # fmt: skip


async def drive_socket(site: SiteProcess, upstream: Upstream, received: list[str]) -> set[str]:
    """Cause answers and failures of each kind, and send wrong frames. Return how the turns have ended."""
    reader = Reader(site, headers=ANA)
    own = site.environ.get("DATABRICKS_TOKEN", OAUTH)
    ends = set()
    async with reader:
        for scripts in (answers(CANARIES["FORWARDED_TOKEN"]), answers(own)[:3]):
            upstream.scripts = scripts
            for _ in range(len(upstream.scripts)):
                end = await reader.until_end((await reader.ask("When does the Heron launch?"))["turn"])
                ends.add(end.get("code") or end["state"])
                received.append(json.dumps(end))
            reader.headers = ANA[:1]  # without a token of the user, the site uses its own
            await reader.open()
    received.extend(reader.text.values())
    for frame in FRAMES:
        with suppress(ConnectionClosed):
            async with reader:
                assert reader._socket
                await reader._socket.send(frame)
                received.append(str(await reader._socket.recv()))
    with pytest.raises(InvalidStatus) as refused:
        await Reader.open(_stranger(reader))
    received.append(f"{refused.value.response.headers} {refused.value.response.body!r}")
    return ends


def _stranger(reader: Reader) -> Reader:
    reader.headers = [*ANA, ("Origin", "https://evil.example")]
    return reader


def drive_pages(visitor: Visitor) -> set[int]:
    """Send page requests, wrong requests and forms, and last a request that fails. Return the statuses."""
    visitor.cookie = visitor.site.cookie(*ANA)
    statuses = {visitor.ask(path)[0] for path in PATHS}
    statuses |= {
        visitor.ask(path, "POST", "x=1")[0] for path in ("/ask/", "/livez", "/accounts/login/", "/api/chat/stream")
    }
    statuses |= {visitor.ask("/", Host="evil.example")[0], visitor.ask("/", "BREW")[0]}
    token = visitor.ask("/")[1].partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    for question in ("When does the Heron launch?", ""):
        form = {
            "csrfmiddlewaretoken": token,
            "question": question,
            "request_id": "9f0c0c1e-6f0b-4f6e-8f5d-2f2f6f1b7a11",
        }
        status, _ = visitor.ask("/ask/", "POST", urlencode(form))
        statuses.add(status)
    query(visitor.site, "ALTER TABLE chat_segment RENAME TO chat_broken")
    return statuses | {visitor.ask(path)[0] for path in ("/recordings/?q=heron", "/admin/chat/recording/1/delete/")}


def query(site: SiteProcess, sql: str) -> list[Any]:
    """Run a statement in the database of a site, and return its rows."""
    if site.database_url:
        with psycopg.connect(site.database_url, autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []
    with closing(sqlite3.connect(site.folder / "chatsite.sqlite3")) as database:
        return database.execute(sql).fetchall()


def stored(site: SiteProcess) -> str:
    """Return everything in the database of a site."""
    if not site.database_url:
        return "".join(path.read_bytes().decode("latin-1") for path in site.folder.glob("chatsite.sqlite3*"))
    texts = "SELECT table_to_xml(oid, true, false, '')::text FROM pg_class"
    tables = query(site, f"{texts} WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    return str(tables)


@pytest.mark.process
@pytest.mark.any_database
async def test_no_credential_is_sent_shown_logged_or_stored(
    secrets: dict[str, str], database_url: str, folder: Path
) -> None:
    received: list[str] = []
    async with Upstream() as upstream:
        site = SiteProcess(folder, **settings(upstream, **secrets))
        site.database_url = database_url
        await asyncio.to_thread(site.start)
        try:
            ends = await drive_socket(site, upstream, received)
            statuses = await asyncio.to_thread(drive_pages, Visitor(site, received))
        finally:
            await asyncio.to_thread(site.stop)
    sent = json.dumps([call.facts() for call in [*upstream.calls, *upstream.other_requests]], default=str)

    received += [json.dumps(call.body) for call in upstream.other_requests if "mlflow" in call.path]

    assert ends == {"complete", "GENERATION_FAILED", "MODEL_DENIED", "MODEL_UNKNOWN", "TIMEOUT"}
    assert statuses >= {200, 302, 400, 403, 404, 405}
    assert statuses & {500, 503}
    assert "FORWARDED_TOKEN" in secrets_in(sent)  # the secrets were in use, or this would prove nothing
    assert {"oauth token", "DATABRICKS_TOKEN"} & set(secrets_in(sent))
    assert "ana@example.com" in stored(site)
    for output in [*received, site.output, stored(site)]:
        assert secrets_in(output) == [], output
