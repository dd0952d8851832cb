"""The files in deploy/, as far as they can be checked without a container engine."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from chat.management.commands.serve import END_SECONDS

from ..support.processes import ROOT, free_port
from ..support.site_process import SiteProcess

DEPLOY = ROOT / "deploy"
DOCUMENT = (ROOT / "docs/deploy.md").read_text()
TABLE = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
DEFAULTS = {name: default.strip("`") for name, default in TABLE}
SETTINGS = set(DEFAULTS)
OF_OTHERS = re.compile(r"^(PATH|PYTHON\w+|PIP_\w+|UV_\w+|POSTGRES_\w+|PGOPTIONS|EXTRAS)$")
"""Variables of other programs."""


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


# The image


def instructions() -> list[tuple[str, str]]:
    """Return the lines of the Dockerfile as (instruction, rest)."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def copied() -> list[str]:
    """Return the files and folders that the image takes from the repository."""
    copies = [shlex.split(rest) for name, rest in instructions() if name == "COPY" and "--from" not in rest]
    return [source for *sources, _ in copies for source in sources]


def variables(name: str) -> list[str]:
    return [pair.partition("=")[0] for kind, rest in instructions() if kind == name for pair in shlex.split(rest)]


def test_the_image_copies_exactly_the_files_that_dockerignore_admits() -> None:
    admitted = [line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"]

    assert set(copied()) == set(admitted)
    assert [name for name in copied() if not (ROOT / name).exists()] == []


def test_the_image_installs_with_the_same_uv_and_with_extras_that_exist() -> None:
    [version] = re.findall(r'^UV_VERSION = "(.*)"', (ROOT / "bin/_bootstrap.py").read_text(), re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [extras] = [shlex.split(rest)[0].partition("=")[2] for name, rest in instructions() if name == "ARG"]

    assert ("RUN", f"pip install uv=={version}") in instructions()
    assert f"uv=={version}" in DOCUMENT
    assert set(extras.split()) <= set(project["project"]["optional-dependencies"])


def test_the_image_runs_as_an_unprivileged_user() -> None:
    users = [rest for name, rest in instructions() if name == "USER"]

    assert users
    assert users[-1].isdigit()
    assert int(users[-1]) > 0


@pytest.mark.process
def test_the_copied_files_are_enough_to_prepare_a_site(tmp_path: Path) -> None:
    for name in copied():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    environ = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": ""}

    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=tmp_path, env=environ, check=True, capture_output=True)


@pytest.mark.process
@pytest.mark.any_database
def test_the_health_check_passes_only_while_the_site_serves(site: SiteProcess) -> None:
    [check] = [rest.partition("CMD ")[2] for name, rest in instructions() if name == "HEALTHCHECK"]
    [_, *arguments] = json.loads(check)

    def status(port: int) -> int:
        environ = {**os.environ, "PORT": str(port), "ALLOWED_HOSTS": "localhost"}
        return subprocess.run(
            [sys.executable, *arguments], env=environ, stderr=subprocess.DEVNULL, check=False
        ).returncode

    assert any(status(site.port) == 0 for _ in range(50))  # not before the model is loaded
    assert status(free_port()) == 1


# The containers


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return parsed


def test_containers_refer_to_existing_files_services_and_volumes(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        build = service.get("build")
        assert not build or (DEPLOY / build["context"] / build["dockerfile"]).is_file()
        dependencies = service.get("depends_on", [])
        assert set(dependencies) <= set(compose["services"])
        if isinstance(dependencies, dict):
            assert all("healthcheck" in compose["services"][name] for name in dependencies)
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith(".") else source in compose["volumes"]


def test_containers_of_the_site_have_time_to_drain_and_nudge_each_other(compose: dict[str, Any]) -> None:
    app = compose["services"]["app"]

    assert app["deploy"]["replicas"] > 1
    assert app["environment"]["REDIS_URL"]
    assert seconds(app["stop_grace_period"]) > int(app["environment"]["SERVE_DRAIN_SECONDS"]) + END_SECONDS
    assert app["environment"]["HTTPS"] == "true"
    assert "ports" not in app  # only the proxy may reach it, because the site trusts its headers about the client


def test_settings_of_the_operator_reach_the_containers(compose: dict[str, Any]) -> None:
    app = compose["services"]["app"]

    assert [each["path"] for each in app["env_file"]] == ["settings.env"]
    assert not {"CHAT_MODEL", "OPENAI_API_KEY", "CHAT_RETENTION_DAYS"} & app["environment"].keys()  # would override
    assert not app["env_file"][0]["required"]


def test_a_later_build_of_the_containers_has_the_same_extras(compose: dict[str, Any]) -> None:
    [default] = [shlex.split(rest)[0].partition("=")[2] for name, rest in instructions() if name == "ARG"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [documented] = re.findall(r'^ +EXTRAS="(.*)"$', DOCUMENT, re.MULTILINE)  # in deploy/.env, so it lasts

    assert compose["services"]["app"]["build"]["args"] == {"EXTRAS": f"${{EXTRAS:-{default}}}"}
    assert set(default.split()) < set(documented.split()) <= set(project["project"]["optional-dependencies"])


def test_every_variable_of_the_containers_is_documented(compose: dict[str, Any]) -> None:
    substituted = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))

    assert {name for name in substituted if name not in DOCUMENT and name not in SETTINGS} == set()
    assert {name for name in variables("ENV") if name not in SETTINGS and not OF_OTHERS.match(name)} == set()
    own = {name for name in compose["services"]["app"]["environment"] if not OF_OTHERS.match(name)}
    assert own <= SETTINGS


# systemd


def unit(name: str) -> RawConfigParser:
    parser = RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / name)
    return parser


def test_the_unit_gives_the_site_time_to_drain() -> None:
    service = unit("chatsite.service")["Service"]

    assert int(service["TimeoutStopSec"]) > float(DEFAULTS["SERVE_DRAIN_SECONDS"]) + END_SECONDS
    assert service["KillSignal"] == "SIGTERM"


def test_the_unit_uses_an_existing_command_and_settings() -> None:
    service = unit("chatsite.service")["Service"]
    [_, script, command] = service["ExecStart"].split()

    assert (ROOT / script).is_file()
    assert command in get_commands()
    names = {pair.partition("=")[0] for pair in service["Environment"].split()}
    assert {each for each in names if not OF_OTHERS.match(each)} <= SETTINGS


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    assert unit("chatsite.service")["Unit"]["Description"]
    if shutil.which("systemd-analyze") is None:
        return  # every machine that can use the units has it
    for file in DEPLOY.glob("chatsite*.*"):
        text = file.read_text().replace("/opt/chatsite/.venv/bin/python", sys.executable)
        (tmp_path / file.name).write_text(text.replace("/opt/chatsite", str(ROOT)).replace("=chatsite\n", "=root\n"))

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / "chatsite.service"],
        capture_output=True,
        text=True,
        check=False,
    )

    errors = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert errors == []


# The document


def test_the_document_names_every_file() -> None:
    assert [file.name for file in DEPLOY.iterdir() if file.name not in DOCUMENT] == []


def test_the_document_names_only_existing_commands_and_settings() -> None:
    commands = set(re.findall(r"manage\.py (\w+)", DOCUMENT))
    named = set(re.findall(r"`([A-Z][A-Z_]+[A-Z])`", DOCUMENT)) | set(re.findall(r"\b([A-Z_]{5,})=", DOCUMENT))
    ours = {name for name in named if not OF_OTHERS.match(name)}

    assert commands <= set(get_commands())
    assert ours <= SETTINGS | {"DOMAIN", "SIGTERM"}


def test_all_links_of_the_document_have_a_target() -> None:
    heads = re.findall(r"^#+ (.*)", DOCUMENT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", head).lower().replace(" ", "-") for head in heads}
    for target in re.findall(r"\]\(([^)]+)\)", DOCUMENT):
        path, _, anchor = target.partition("#")
        assert (ROOT / "docs" / path).exists() if path else anchor in anchors, target
