"""``app.yaml``: the site as the platform starts, calls and stops it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import yaml
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from ..support.processes import ROOT
from ..support.site_process import SiteProcess

APP: dict[str, Any] = yaml.safe_load((ROOT / "app.yaml").read_text())
ENVIRON = {entry["name"]: entry["value"] for entry in APP["env"] if "value" in entry}
HOST = ENVIRON["ALLOWED_HOSTS"]
ANA = [("X-Forwarded-Email", "ana@example.com"), ("X-Forwarded-Host", HOST)]
KILLED_AFTER = 15.0
DOCUMENT = (ROOT / "docs/databricks.md").read_text()


def test_the_platform_installs_the_locked_packages() -> None:
    extras = [part.removeprefix("--extra=") for part in APP["command"] if part.startswith("--extra=")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert not (ROOT / "requirements.txt").exists()  # the platform would use it instead of the lock
    assert not (ROOT / "package.json").exists()  # the platform would install its packages, too
    assert "--frozen" in APP["command"]
    assert set(extras) <= set(project["project"]["optional-dependencies"])
    assert extras


def test_the_document_names_every_resource_and_setting() -> None:
    named = [entry["name"] for entry in APP["env"]] + [
        entry["valueFrom"] for entry in APP["env"] if "valueFrom" in entry
    ]

    assert [name for name in named if f"`{name}" not in DOCUMENT] == []


@pytest.fixture
def app(tmp_path: Path) -> Iterator[SiteProcess]:
    """A site that ``app.yaml`` starts, except for its database and its model."""
    uv = ROOT / ".tools/bin/uv"
    if not uv.exists():
        pytest.skip("uv is not installed (bin/test installs it in .tools)")
    environ = {
        **ENVIRON,
        "DATA_DIR": str(tmp_path),
        "CHAT_MODEL": "python:tests.support.talking:steadily",
        "DEMO": "true",
    }
    site = SiteProcess(tmp_path, **environ)
    site.environ |= {"DATABRICKS_APP_NAME": "chatsite", "DATABRICKS_APP_PORT": site.environ.pop("PORT")}
    site.environ |= {"UV_PROJECT_ENVIRONMENT": str(ROOT / ".venv"), "UV_OFFLINE": "1"}
    command = [str(uv), "run", "--no-sync", "--project", str(ROOT), *APP["command"][2:]]
    command[command.index("manage.py")] = str(ROOT / "manage.py")
    try:
        yield site.start(*command)
    finally:
        site.stop()


@pytest.mark.waits
@pytest.mark.process
@pytest.mark.any_database
async def test_the_app_listens_answers_and_stops_as_the_platform_requires(app: SiteProcess) -> None:
    assert await asyncio.to_thread(app.status, "/", *ANA) == 200
    assert await asyncio.to_thread(app.status, "/", ANA[0]) == 400  # for another host
    session = await asyncio.to_thread(app.cookie, *ANA)
    socket = connect(
        f"ws://127.0.0.1:{app.port}/ws/chat/",
        origin=f"https://{HOST}",  # type: ignore[arg-type]  # a NewType of str
        additional_headers=[*ANA, ("Cookie", session)],
    )
    async with socket as page:
        ask = {"type": "ask", "request_id": "7e1f3f0e-3f55-4a0e-9b5a-0c7b5a1d2e3f", "conversation": None}
        await page.send(json.dumps(ask | {"question": "When does the Heron launch?", "recordings": []}))
        while json.loads(await page.recv())["type"] != "token":
            pass
        assert app.process
        os.kill(app.process.pid, signal.SIGTERM)
        began = monotonic()
        seen = []
        with suppress(ConnectionClosedError):  # 1012: reconnect soon
            while True:
                seen.append(json.loads(await page.recv())["type"])
    status = await asyncio.to_thread(app.process.wait, KILLED_AFTER)

    assert (status, seen[-1]) == (0, "restart")
    assert monotonic() - began < KILLED_AFTER
    assert app.rows("SELECT state FROM chat_turn") == [("interrupted",)]
