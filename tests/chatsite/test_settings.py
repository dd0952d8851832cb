from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from datetime import time
from ipaddress import ip_network
from pathlib import Path
from traceback import format_exception

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from chatsite.environment import Environment

from ..support.processes import ROOT

DOCUMENT = (ROOT / "docs" / "settings.md").read_text()
_ROW = r"^\| `([A-Z\d_]+)` \| (.*?) \|"
TABLES = {name: default.strip() for name, default in re.findall(_ROW, DOCUMENT, re.MULTILINE)}


def variables_read() -> dict[str, ast.expr]:
    """Return every variable that the settings read, with the expression of its default."""
    tree = ast.parse((ROOT / "chatsite/settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.keywords]
    calls = [call for call in calls if ast.unparse(call.func).startswith("env.")]
    return {ast.literal_eval(call.args[0]): call.keywords[0].value for call in calls}


def literal(default: ast.expr) -> str | None:
    """Return the default as it is written in ``.env``; None if it is computed at run time."""
    try:
        value = ast.literal_eval(default)
    except ValueError:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def messages(settings: Settings, **values: object) -> set[str]:
    for name, value in values.items():
        setattr(settings, name, value)
    return {str(message.id) for message in run_checks(tags=["chat"])}


def test_the_document_lists_every_setting_and_no_other() -> None:
    assert set(TABLES) == set(variables_read())


def test_the_document_gives_the_defaults() -> None:
    defaults = {name: literal(default) for name, default in variables_read().items()}

    wrong = {name: TABLES[name] for name, default in defaults.items() if default and TABLES[name] != f"`{default}`"}

    assert wrong == {}


def test_the_other_document_of_settings_gives_the_same_defaults() -> None:
    answers = (ROOT / "docs" / "answers.md").read_text()
    table = dict(re.findall(r"^\| `([A-Z\d_]+)` \| (.*?) \|", answers, re.MULTILINE))

    assert len(table) > 5
    assert table == {name: TABLES[name] for name in table}


def test_the_example_has_every_setting() -> None:
    example = (ROOT / ".env.example").read_text()
    names = {name.removesuffix("_FILE") for name in re.findall(r"^#([A-Z\d_]+)=", example, re.MULTILINE)}

    assert names == set(TABLES) - {"ENV_FILE"}


def test_the_document_lists_every_check() -> None:
    names = ("checks.py", "storage/checks.py", "transcription/checks.py")
    checks = [(ROOT / "chat" / name).read_text() for name in names]
    ids = set(re.findall(r"chat\.[EW]\d{3}", "".join(checks)))

    assert set(re.findall(r"chat\.[EW]\d{3}", DOCUMENT)) == ids


@pytest.mark.parametrize(("read", "value"), [("bool", "ja"), ("int", "many"), ("int", "-1"), ("float", "nan"),
                                             ("float", "12abc"), ("networks", "a.proxy"),
                                             ("daily", "25:00"), ("daily", "3"), ("daily", "٠٣:٠٠"),
                                             ("database", "mysql://host/name")])  # fmt: skip
def test_the_error_for_an_invalid_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, read: str, value: str
) -> None:
    monkeypatch.setenv("SOMETHING", value)

    with pytest.raises(ImproperlyConfigured, match="SOMETHING"):
        getattr(Environment(), read)("SOMETHING", default="sqlite:///x")


@pytest.mark.parametrize("read", ["database", "url"])
@pytest.mark.parametrize("password", ["canary/x", "canary#x", "canary?x", "x:canary/", "[canary"])
def test_the_error_for_an_invalid_url_does_not_quote_its_password(
    monkeypatch: pytest.MonkeyPatch, read: str, password: str
) -> None:
    monkeypatch.setenv("SOMETHING", f"postgres://me:{password}@127.0.0.1:5432/chat")

    with pytest.raises(ImproperlyConfigured, match="SOMETHING cannot be read; in its password") as failed:
        getattr(Environment(), read)("SOMETHING", default="")

    assert "canary" not in "".join(format_exception(failed.value))


def test_options_in_the_database_url_reach_the_client(tmp_path: Path) -> None:
    address = "postgres://me@127.0.0.1/chat?sslmode=verify-full&connect_timeout=9"
    environ = {**os.environ, "DATABASE_URL": address, "DATA_DIR": str(tmp_path), "ENV_FILE": os.devnull}
    script = "import chatsite.settings as s, json; print(json.dumps(s.DATABASES['default']['OPTIONS']))"

    printed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environ, capture_output=True, check=True)

    options = json.loads(printed.stdout)
    assert (options["sslmode"], options["connect_timeout"], options["tcp_user_timeout"]) == ("verify-full", 9, 8000)


@pytest.mark.parametrize(
    ("values", "header"),
    [
        ({}, "max-age=31536000"),
        ({"HSTS_SUBDOMAINS": "true"}, "max-age=31536000; includeSubDomains"),
        ({"HSTS_PRELOAD": "true"}, "max-age=31536000; includeSubDomains; preload"),
    ],
)
def test_hsts_binds_other_hosts_only_if_a_setting_asks_for_it(
    tmp_path: Path, values: dict[str, str], header: str
) -> None:
    script = (
        "import django; django.setup(); from django.test import Client;"
        "print(Client().get('/livez', secure=True, headers={'host': 'localhost'})['Strict-Transport-Security'])"
    )
    environ = {**os.environ, "DATA_DIR": str(tmp_path), "HTTPS": "true", **values}

    printed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environ, capture_output=True, check=True)

    assert printed.stdout.decode().strip() == header


@pytest.mark.parametrize(
    ("value", "at"), [("3:05", time(3, 5)), (" 23:59 ", time(23, 59)), ("Never", None), ("", time(4, 30))]
)
def test_a_daily_time_can_be_switched_off(monkeypatch: pytest.MonkeyPatch, value: str, at: time | None) -> None:
    monkeypatch.setenv("SOMETHING", value)

    assert Environment().daily("SOMETHING", default="04:30") == at


def test_an_empty_value_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING", "")

    assert Environment().int("SOMETHING", default=7) == 7


def test_a_secret_can_be_read_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("kept in a file\n")
    monkeypatch.setenv("SOMETHING_FILE", str(tmp_path / "secret"))

    assert Environment().str("SOMETHING") == "kept in a file"


def test_the_error_for_a_missing_secret_file_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING_FILE", "/nowhere/secret")

    with pytest.raises(ImproperlyConfigured, match="SOMETHING_FILE"):
        Environment().str("SOMETHING", default="")


def test_a_socket_folder_in_a_database_url_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING", "postgres://me@%2Frun%2Fpostgresql/chat")

    assert Environment().database("SOMETHING", default="")["HOST"] == "/run/postgresql"


def test_the_settings_of_a_test_run_pass_every_check(settings: Settings) -> None:
    assert messages(settings) == set()


@pytest.mark.parametrize(
    ("values", "check_id"),
    [
        ({"DEBUG": True, "HTTPS": True}, "chat.E001"),
        ({"ALLOWED_HOSTS": ["*"]}, "chat.E002"),
        ({"SECRET_KEY": "short"}, "chat.E003"),
        ({"SECRET_KEY": "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz"}, "chat.E003"),
        ({"CHAT_MODEL": "oracle:delphi"}, "chat.E004"),
        ({"CHAT_RETRIEVER": "dowsing"}, "chat.E004"),
        ({"CHAT_RETRIEVER": "embedded:x"}, "chat.E004"),
        ({"EMBEDDINGS": "oracle:delphi"}, "chat.E013"),
        ({"EMBEDDINGS": "openai"}, "chat.E013"),
        ({"SERVER": "butler"}, "chat.E004"),
        ({"WEB_CONCURRENCY": 2, "REDIS_URL": ""}, "chat.E006"),
        ({"TRUSTED_NETWORKS": [ip_network("10.0.0.0/8"), ip_network("::/0")]}, "chat.E008"),
        ({"TRUSTED_PROXY_USER_HEADER": "X-User"}, "chat.E009"),
        ({"TRUSTED_PROXY_GROUPS_HEADER": "X-Forwarded-Email"}, "chat.E024"),
        ({"TRUSTED_PROXY_GROUPS_HEADER": "my groups"}, "chat.E024"),
        ({"PROXY_ADDRESSES": [ip_network("10.0.0.0/8"), ip_network("0.0.0.0/0")]}, "chat.E019"),
        ({"CHAT_ON_BEHALF_OF": True, "TRUSTED_PROXY": "10.0.0.1"}, "chat.W010"),
    ],
)
def test_a_dangerous_combination_is_reported(settings: Settings, values: dict[str, object], check_id: str) -> None:
    assert messages(settings, **values) == {check_id}


def test_a_setting_of_uvicorn_that_has_no_effect_any_more_is_reported(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")

    assert messages(settings) == {"chat.W020"}


def test_a_server_or_client_that_is_not_installed_is_reported(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.checks.find_spec", lambda name: None)

    assert messages(settings, SERVER="uvicorn") == {"chat.E005"}
    assert messages(settings, MLFLOW_EXPERIMENT="7") >= {"chat.E011"}


@pytest.mark.parametrize("value", ["databricks", "databricks:", "databricks:passages", "databricks:a.b.c.d"])
def test_an_index_without_its_full_name_is_reported(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setattr("chat.checks.find_spec", lambda name: True)

    workspace = {"DATABRICKS_HOST": "https://w.example.com", "DATABRICKS_TOKEN": "secret"}

    assert messages(settings, CHAT_RETRIEVER=value) == {"chat.E012"}
    assert messages(settings, CHAT_RETRIEVER="databricks:main.meetings.passages", **workspace) == set()


@pytest.mark.parametrize(
    ("setting", "value", "extra"),
    [
        ("EMBEDDINGS", "openai:text-embedding-3-small", "openai"),
        ("EMBEDDINGS", "databricks:gte", "databricks"),
        ("CHAT_RETRIEVER", "databricks:main.meetings.passages", "databricks"),
    ],
)
def test_missing_packages_that_searches_need_are_reported(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, extra: str
) -> None:
    monkeypatch.setattr("chat.checks.find_spec", lambda name: name in ("daphne", "uvicorn", "langchain"))
    setattr(settings, setting, value)

    reported = run_checks(tags=["chat"])

    assert {message.id for message in reported} == {"chat.E014"}
    assert f"--extra {extra}" in str(reported[0].hint)


def test_a_databricks_app_may_trust_every_address(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_APP_NAME", "chatsite")
    monkeypatch.setenv("TRUSTED_PROXY", "databricks-apps")
    networks = Environment().networks("TRUSTED_PROXY", default="")

    assert [network.prefixlen for network in networks] == [0, 0]
    assert messages(settings, TRUSTED_NETWORKS=networks) == set()
